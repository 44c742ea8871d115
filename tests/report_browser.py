#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Opens a report in headless Chromium and checks what a reader would meet: nothing on the console, no request that leaves the file,
all pictures drawn and with a caption, words explained, parts folded at 390 pixels alone, no horizontal scrolling at 390 and
1280 pixels, an A4 print in which no table is cut and nothing folded.

usage: tests/report_browser.py REPORT.html [FOLDER for screenshots and the PDF]
Exit 0 if all of it holds, 1 if not, 77 if there is no Chromium."""
import base64
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile


class Browser:
    """Chromium's DevTools protocol over a pipe: messages are JSON, ended by a zero byte."""

    def __init__(self, program, profile):
        read_child, self.write = os.pipe()
        self.read, write_child = os.pipe()
        os.dup2(read_child, 103)
        os.dup2(write_child, 104)
        shell = 'exec 3<&103 4>&104; exec "$@"'
        self.process = subprocess.Popen(
            ["bash", "-c", shell, "bash", program, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic",
             "--remote-debugging-pipe", f"--user-data-dir={profile}", "about:blank"],
            pass_fds=(103, 104), stderr=subprocess.DEVNULL)
        self.buffer, self.number, self.events = b"", 0, []

    def message(self):
        while b"\0" not in self.buffer:
            part = os.read(self.read, 1 << 20)
            if not part:
                raise RuntimeError("Chromium ended")
            self.buffer += part
        text, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(text)

    def call(self, method, session=None, **parameters):
        self.number += 1
        request = {"id": self.number, "method": method, "params": parameters}
        if session:
            request["sessionId"] = session
        os.write(self.write, json.dumps(request).encode() + b"\0")
        while True:
            answer = self.message()
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]
            self.events.append(answer)

    def wait(self, event):
        while not any(e.get("method") == event for e in self.events):
            self.events.append(self.message())


def check_proofs(browser, session, value, report):
    """The page of proofs beside the report has every place that a statement leads to, and does not scroll sideways."""
    failures = []
    proofs = report.with_name("mathematics.html")
    text = proofs.read_text(encoding="utf-8")
    for place in sorted(set(re.findall(r'href="mathematics\.html#([^"]*)"', report.read_text(encoding="utf-8")))):
        if f'id="{place}"' not in text:
            failures.append(f"mathematics.html has no place '{place}'")
    for width in (390, 1280):
        browser.events.clear()
        browser.call("Emulation.setDeviceMetricsOverride", session, width=width, height=900, deviceScaleFactor=1, mobile=width < 500)
        browser.call("Page.navigate", session, url=proofs.resolve().as_uri())
        browser.wait("Page.loadEventFired")
        wide = value("document.documentElement.scrollWidth")
        if not wide <= width:
            failures.append(f"horizontal scrolling at {width} px: mathematics.html is {wide} px wide")
    return failures


def check(report, folder):
    failures = []
    url = pathlib.Path(report).resolve().as_uri()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        browser = Browser(shutil.which("chromium"), profile)
        target = browser.call("Target.createTarget", url="about:blank")["targetId"]
        session = browser.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]

        def value(expression):
            return browser.call("Runtime.evaluate", session, expression=expression, returnByValue=True)["result"]["value"]

        for domain in ("Page", "Runtime", "Log", "Network"):
            browser.call(f"{domain}.enable", session)
        for width, scheme in ((390, "light"), (1280, "light"), (390, "dark"), (1280, "dark")):
            browser.events.clear()
            browser.call("Emulation.setDeviceMetricsOverride", session, width=width, height=900, deviceScaleFactor=1, mobile=width < 500)
            browser.call("Emulation.setEmulatedMedia", session, features=[{"name": "prefers-color-scheme", "value": scheme}])
            browser.call("Page.navigate", session, url=url)
            browser.wait("Page.loadEventFired")
            for e in browser.events:
                if e.get("method") in ("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded"):
                    failures.append(f"console at {width} px: {json.dumps(e['params'])[:200]}")
                if e.get("method") == "Network.requestWillBeSent":
                    asked = e["params"]["request"]["url"]
                    if asked != url and not asked.startswith("data:"):
                        failures.append(f"a request leaves the file: {asked[:200]}")
            wide = value("document.documentElement.scrollWidth")
            if not wide <= width:
                failures.append(f"horizontal scrolling at {width} px: the page is {wide} px wide")
            empty = value("[...document.querySelectorAll('svg')].filter(s => !(s.getBoundingClientRect().width > 50 && s.querySelector('path'))).length")
            pictures = value("document.querySelectorAll('svg').length")
            nameless = value("[...document.querySelectorAll('svg')].filter(s => !s.getAttribute('aria-label')).length")
            broken = value("document.querySelectorAll('img').length")
            if not (pictures >= 4 and empty == 0 and nameless == 0 and broken == 0):
                failures.append(f"at {width} px {pictures} pictures, {empty} empty, {nameless} without text, {broken} not inline")
            bare = value("[...document.querySelectorAll('svg')].filter(s => !s.closest('figure')?.querySelector('figcaption')?.textContent.trim()).length")
            folded = value("[...document.querySelectorAll('details')].map(d => d.open)")
            notes = value("document.querySelectorAll('.term[title]').length")
            if not (bare == 0 and len(folded) > 0 and not any(o == (width < 500) for o in folded) and notes > 0):
                failures.append(f"at {width} px {bare} pictures without caption, {folded.count(True)} of {len(folded)} parts open, {notes} words explained")
            if folder:
                height = min(value("document.documentElement.scrollHeight"), 12000)
                shot = browser.call("Page.captureScreenshot", session, captureBeyondViewport=True,
                                    clip={"x": 0, "y": 0, "width": width, "height": height, "scale": 1})
                pathlib.Path(folder, f"report-{width}-{scheme}.png").write_bytes(base64.b64decode(shot["data"]))
        failures += check_proofs(browser, session, value, pathlib.Path(report))
        browser.events.clear()
        browser.call("Page.navigate", session, url=url)
        browser.wait("Page.loadEventFired")
        # Folded at 390 px, then printed: everything is open.
        value("[...document.querySelectorAll('details')].map(d => d.open = false)")
        # A4 at 96 px an inch, less 14 mm on either side, is 688 px wide: no table may be wider.
        browser.call("Emulation.setEmulatedMedia", session, media="print")
        browser.call("Emulation.setDeviceMetricsOverride", session, width=688, height=1000, deviceScaleFactor=1, mobile=False)
        cut = value("[...document.querySelectorAll('table')].filter(t => t.scrollWidth > 690 || t.getBoundingClientRect().right > 690).length")
        if cut != 0:
            failures.append(f"{cut} tables are cut on A4")
        pdf = browser.call("Page.printToPDF", session, preferCSSPageSize=True, printBackground=True)
        if not value("[...document.querySelectorAll('details')].every(d => d.open)"):
            failures.append("what is folded stays so on paper")
        if folder:
            pathlib.Path(folder, "report.pdf").write_bytes(base64.b64decode(pdf["data"]))
        browser.process.kill()
        browser.process.wait()
    return failures


if __name__ == "__main__":
    if not shutil.which("chromium"):
        print("report_browser: no chromium: not checked")
        sys.exit(77)
    problems = check(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None)
    for problem in problems:
        print(f"report_browser: {problem}")
    print("report_browser: " + ("failed" if problems else "console quiet, nothing fetched, pictures drawn, no scrolling, A4 whole"))
    sys.exit(1 if problems else 0)
