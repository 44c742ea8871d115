-- What pandoc does on the way from REPORT.md to one page. Puts each SVG picture into the page itself, with its alternative text for those who do not see it. Element names inside get a
-- prefix of their own, since all pictures then share one page.
-- SPDX-License-Identifier: GPL-3.0-or-later
local count = 0
local meaning = {} -- of a word that has a footnote

-- The words of an entry, as many as its footnote begins with, show what it says to whoever points at them.
local function explain(inlines)
  local k = 2
  while k <= #inlines do
    local strong = inlines[k].t == "Note" and inlines[k].content[1].content[1]
    if strong then
      local _, blanks = pandoc.utils.stringify(strong):gsub(" ", "")
      local first = math.max(1, k - 1 - 2 * blanks)
      local words = {}
      for j = first, k - 1 do
        words[#words + 1] = inlines[j]
      end
      local text = pandoc.utils.stringify(inlines[k].content):gsub("^[^:]*: ", "")
      meaning[pandoc.utils.stringify(words):lower()] = text
      for _ = first, k - 1 do
        inlines:remove(first)
      end
      inlines:insert(first, pandoc.Span(words, { class = "term", title = text }))
      k = first + 1
    end
    k = k + 1
  end
  return inlines
end

-- Heads of columns and verdicts are explained in each table.
local function explain_again(span)
  local text = meaning[pandoc.utils.stringify(span):lower()]
  if text then
    span.attributes.title = text
  end
  return span
end

-- Cells of tables whose last column is a text carry their column's name: the style sheet shows it where a row has no room.
local function label(t)
  local names = {}
  for _, row in ipairs(t.head.rows) do
    for k, cell in ipairs(row.cells) do
      names[k] = pandoc.utils.stringify(cell.contents:walk({ Note = function() return {} end }))
      if meaning[names[k]:lower()] then
        cell.attr.attributes.title = meaning[names[k]:lower()]
      end
    end
  end
  local last = names[#names]
  if last ~= "in words" and last ~= "command" then
    return nil
  end
  t.attr.classes:insert("texts")
  for _, body in ipairs(t.bodies) do
    for _, row in ipairs(body.body) do
      for k, cell in ipairs(row.cells) do
        cell.attr.attributes["data-label"] = names[k]
      end
    end
  end
  return t
end

local function draw(image)
  local name = image.src:gsub("%%(%x%x)", function(hex) return string.char(tonumber(hex, 16)) end)
  local path = os.getenv("REPORT_FOLDER") .. "/" .. name
  local file = image.src:match("%.svg$") and io.open(path, "r")
  if not file then
    return nil
  end
  local svg = file:read("a")
  file:close()
  count = count + 1
  local prefix = "figure" .. count .. "-"
  svg = svg:gsub("^.-<svg", "<svg", 1)
  svg = svg:gsub("(%sid=['\"])", "%1" .. prefix)
  svg = svg:gsub("(href=['\"]#)", "%1" .. prefix)
  svg = svg:gsub("(url%(#)", "%1" .. prefix)
  local text = pandoc.utils.stringify(image.caption):gsub('[<>&"]', "")
  local width, height = svg:match("viewBox=['\"]%S+ %S+ (%S+) ([%d.]+)")
  local shape = width and tonumber(width) > 1.8 * tonumber(height) and ' class="wide"' or ""
  svg = svg:gsub("^<svg", '<svg role="img" aria-label="' .. text .. '"' .. shape, 1)
  return pandoc.RawInline("html", svg)
end

return { { Inlines = explain }, { Span = explain_again, Table = label, Image = draw } }
