-- What pandoc does on the way from doc/mathematics.md to the page of proofs: links to other documents, which that page is
-- not beside, become their words; items of lists become paragraphs, which scroll on their own where a formula is wider than the screen.
-- SPDX-License-Identifier: GPL-3.0-or-later
function Link(link)
  if not link.target:match("^#") and not link.target:match("^https?:") then
    return link.content
  end
end

function BulletList(list)
  return pandoc.BulletList(list.content:map(function(item)
    return item:map(function(block)
      return block.t == "Plain" and pandoc.Para(block.content) or block
    end)
  end))
end
