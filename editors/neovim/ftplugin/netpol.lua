-- What a buffer with netpol gets: comments, words, formatting, tree-sitter's highlighting, the language server.
-- Neovim 0.7 and later.

if vim.b.did_ftplugin then
  return
end
vim.b.did_ftplugin = 1

vim.bo.commentstring = "# %s"
vim.bo.comments = ":#"
-- A name holds hyphens; paths, domains and addresses are several words.
vim.bo.iskeyword = "@,48-57,_,-"
vim.bo.expandtab = true
vim.bo.shiftwidth = 2
vim.bo.softtabstop = 2
vim.bo.textwidth = 100
vim.b.undo_ftplugin = "setl cms< com< isk< et< sw< sts< tw<"

local buffer = vim.api.nvim_get_current_buf()

-- The parser is `parser/netpol.so` on the runtime path, with the queries beside it. Without it there is no highlighting.
pcall(function()
  if vim.treesitter.start then
    vim.treesitter.start(buffer, "netpol")
  else
    vim.treesitter.highlighter.new(vim.treesitter.get_parser(buffer, "netpol"))
  end
end)

-- `vim.g.netpol_path` names the program; false turns the server off.
local program = vim.g.netpol_path
if program == nil then
  program = "netpol"
end
if not program or vim.fn.executable(program) == 0 then
  return
end
local file = vim.api.nvim_buf_get_name(buffer)
local found = vim.fn.findfile("netpol.toml", vim.fn.fnamemodify(file, ":p:h") .. ";")
local root = vim.fn.fnamemodify(found ~= "" and found or file, ":p:h")
local config = { name = "netpol", cmd = { program, "lsp" }, root_dir = root }

if vim.lsp.start then
  vim.lsp.start(config)
else
  -- Before 0.8: one server for each project, by hand.
  _G.netpol_clients = _G.netpol_clients or {}
  local client = _G.netpol_clients[root]
  if not client or not vim.lsp.get_client_by_id(client) then
    client = vim.lsp.start_client(config)
    _G.netpol_clients[root] = client
  end
  if client then
    vim.lsp.buf_attach_client(buffer, client)
  end
end
