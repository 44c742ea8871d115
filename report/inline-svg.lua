-- Puts each SVG picture into the page itself, with its alternative text for those who do not see it. Element names inside get a
-- prefix of their own, since all pictures then share one page.
local count = 0

function Image(image)
  local path = PANDOC_STATE.resource_path[1] .. "/" .. image.src
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
