-- Neovim, without a screen, with nothing set up but the lines of docs/editors.md: opens a file of a project, waits for what the server
-- finds, fixes one thing by a code action, and prints what it sees as JSON.
local program, root, file = vim.env.BEAMWRIGHT, vim.env.ROOT, vim.env.FILE

local function fail(message)
  io.stdout:write(vim.fn.json_encode({ fault = message }) .. "\n")
  vim.cmd("cquit 1")
end

vim.cmd("edit " .. vim.fn.fnameescape(root .. "/" .. file))
local buffer = vim.api.nvim_get_current_buf()
local id
if vim.lsp.start then
  id = vim.lsp.start({ name = "beamwright", cmd = { program, "lsp" }, root_dir = root })
else -- Neovim 0.7
  id = vim.lsp.start_client({ name = "beamwright", cmd = { program, "lsp" }, root_dir = root })
  vim.lsp.buf_attach_client(buffer, id)
end
if not id then fail("the server did not start") end

local function diagnostics()
  return vim.diagnostic.get(buffer)
end
if not vim.wait(30000, function() return #diagnostics() > 0 end, 50) then fail("no diagnostics") end

local found = {}
for _, each in ipairs(diagnostics()) do
  table.insert(found, { line = each.lnum + 1, code = each.code, message = each.message, severity = each.severity })
end

-- An edit: the first finding's line goes away, and so does what was found there.
local first = diagnostics()[1]
local answer = vim.lsp.buf_request_sync(buffer, "textDocument/codeAction", {
  textDocument = vim.lsp.util.make_text_document_params(buffer),
  range = { start = { line = first.lnum, character = first.col }, ["end"] = { line = first.lnum, character = first.col } },
  context = { diagnostics = {} },
}, 30000)
local action
for _, reply in pairs(answer or {}) do
  for _, each in ipairs(reply.result or {}) do
    if each.title:find("^Ignore") then action = action or each end
  end
end
if not action then fail("no code action") end
local before = #diagnostics()
local client = vim.lsp.get_client_by_id(id)
vim.lsp.util.apply_workspace_edit(action.edit, client.offset_encoding)
if not vim.wait(30000, function() return #diagnostics() < before end, 50) then fail("the suppression suppressed nothing") end

local hover = vim.lsp.buf_request_sync(buffer, "textDocument/hover", {
  textDocument = vim.lsp.util.make_text_document_params(buffer),
  position = { line = diagnostics()[1].lnum, character = diagnostics()[1].col },
}, 30000)
local hovered = false
for _, reply in pairs(hover or {}) do
  hovered = hovered or (reply.result ~= nil and reply.result ~= vim.NIL and #reply.result.contents.value > 0)
end

io.stdout:write(vim.fn.json_encode({ found = found, left = #diagnostics(), action = action.title, hovered = hovered }) .. "\n")
client.stop()
vim.wait(5000, function() return client.is_stopped() end, 20)
vim.cmd("qall!")
