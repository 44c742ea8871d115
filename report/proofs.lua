-- What pandoc does on the way from doc/mathematics.md to the page of proofs: links to other documents, which that page is
-- not beside, become their words.
-- SPDX-License-Identifier: GPL-3.0-or-later
function Link(link)
  if not link.target:match("^#") and not link.target:match("^https?:") then
    return link.content
  end
end
