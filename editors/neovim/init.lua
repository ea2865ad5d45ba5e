-- For ~/.config/nvim/init.lua. NETPOL_SOURCE is a checkout of netpol.
local netpol = vim.env.NETPOL_SOURCE or vim.fn.expand("~/src/netpol")
vim.opt.runtimepath:prepend({ netpol .. "/editors/neovim", netpol .. "/editors/tree-sitter-netpol" })
