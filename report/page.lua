-- What pandoc does on the way from REPORT.md to one page. Puts each SVG picture into the page itself, with its alternative text for those who do not see it. Element names inside get a
-- prefix of their own, since all pictures then share one page.
-- SPDX-License-Identifier: GPL-3.0-or-later
local count = 0

-- Cells of tables whose last column is a text carry their column's name: the style sheet shows it where a row has no room.
function Table(t)
  local names = {}
  for _, row in ipairs(t.head.rows) do
    for k, cell in ipairs(row.cells) do
      names[k] = pandoc.utils.stringify(cell.contents)
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

function Image(image)
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
  svg = svg:gsub("^<svg", '<svg role="img" aria-label="' .. text .. '"', 1)
  return pandoc.RawInline("html", svg)
end
