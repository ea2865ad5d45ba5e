-- Drives `netpol lsp` through Neovim's own client, as a user would. Run by neovim.rs in a copy of online-boutique.

local patience = 30000

local function check(condition, what)
  if not condition then
    error(what, 2)
  end
end

local function wait(what, condition)
  check(vim.wait(patience, condition, 20), 'waited in vain: ' .. what)
end

-- Puts the cursor on the first place of a text.
local function go(text, offset)
  vim.fn.cursor(1, 1)
  check(vim.fn.search('\\V' .. text, 'cW') > 0, 'not in the file: ' .. text)
  if offset then
    vim.fn.cursor(vim.fn.line('.'), vim.fn.col('.') + offset)
  end
end

local function line_of(text)
  go(text)
  return vim.fn.getline('.')
end

local function replace(before, after)
  go(before)
  local number = vim.fn.line('.')
  vim.fn.setline(number, (vim.fn.getline(number):gsub(vim.pesc(before), after)))
end

local function codes()
  local found = vim.tbl_map(function(one)
    return one.code or (one.user_data and one.user_data.lsp and one.user_data.lsp.code)
  end, vim.diagnostic.get(0))
  return table.concat(found, ' ')
end

local function main()
  vim.o.hidden = true
  vim.cmd('edit tenants/boutique/online-boutique.netpol')
  local file = vim.api.nvim_get_current_buf()
  local id = vim.lsp.start_client({ name = 'netpol', cmd = { vim.env.NETPOL, 'lsp' }, root_dir = vim.loop.cwd() })
  check(id, 'the client starts')
  check(vim.lsp.buf_attach_client(file, id), 'the file is attached')
  local client
  wait('the server answers `initialize`', function()
    client = vim.lsp.get_client_by_id(id)
    return client and client.server_capabilities and client.server_capabilities.hoverProvider
  end)

  -- Diagnostics appear, a code action takes them away.
  replace('frontend -> adservice:9555', 'frontend -> adservise:9555')
  wait('a diagnostic', function() return codes() == 'NP0201' end)
  go('adservise')
  vim.ui.select = function(items, _, chosen) chosen(items[1], 1) end
  vim.lsp.buf.code_action()
  wait('the fix', function() return vim.fn.search('adservise', 'nw') == 0 end)
  wait('no diagnostic', function() return codes() == '' end)

  -- Hover shows who may reach a workload.
  local windows = #vim.api.nvim_list_wins()
  go('loadgenerator -> frontend', 18)
  vim.lsp.buf.hover()
  wait('the hover window', function() return #vim.api.nvim_list_wins() > windows end)
  local shown = ''
  for _, window in ipairs(vim.api.nvim_list_wins()) do
    if vim.api.nvim_win_get_config(window).relative ~= '' then
      local buffer = vim.api.nvim_win_get_buf(window)
      shown = table.concat(vim.api.nvim_buf_get_lines(buffer, 0, -1, false), '\n')
      vim.api.nvim_win_close(window, true)
    end
  end
  check(shown:find('May be reached by', 1, true) and shown:find('loadgenerator', 1, true), 'hover shows: ' .. shown)

  -- Definition leads into the library, which nobody may change.
  go('expose frontend:8080 to edge/ingress', 28)
  vim.lsp.buf.definition()
  wait('the library', function() return vim.api.nvim_buf_get_name(0):find('std/edge.netpol', 1, true) end)
  check(vim.fn.getline('.'):find('workload ingress%-nginx'), 'definition leads to: ' .. vim.fn.getline('.'))
  check(vim.bo.readonly, 'the library is read-only')
  vim.cmd('buffer ' .. file)

  -- Completion offers what may stand there.
  vim.fn.append(vim.fn.line('$'), 'cartservice -> red')
  vim.fn.cursor(vim.fn.line('$'), #'cartservice -> red' + 1)
  local params = vim.lsp.util.make_position_params(0, client.offset_encoding)
  params.position.character = #'cartservice -> red'
  local answers = vim.lsp.buf_request_sync(file, 'textDocument/completion', params, patience)
  local items = answers and answers[id] and answers[id].result and answers[id].result.items or {}
  local labels = vim.tbl_map(function(item) return item.label end, items)
  check(vim.tbl_contains(labels, 'redis-cart'), 'completion offers: ' .. table.concat(labels, ' '))
  vim.fn.deletebufline(file, vim.fn.line('$'))

  -- Rename changes every line.
  go('loadgenerator -> frontend')
  vim.lsp.buf.rename('visitors')
  wait('the new name', function() return vim.fn.search('visitors -> frontend', 'nw') > 0 end)
  check(vim.fn.search('loadgenerator', 'nw') == 0, 'no line keeps the old name')
  wait('no diagnostic', function() return codes() == '' end)

  -- Formatting gives the one layout.
  replace('visitors -> frontend:8080', 'visitors   ->   frontend:8080')
  if vim.lsp.buf.format then
    vim.lsp.buf.format({ timeout_ms = patience })
  else
    vim.lsp.buf.formatting_sync(nil, patience)
  end
  check(line_of('visitors -> frontend') == 'visitors -> frontend:8080', 'it is laid out')

  vim.lsp.stop_client(id)
  wait('the server leaves', function() return vim.lsp.get_client_by_id(id) == nil end)
end

local is_fine, fault = xpcall(main, debug.traceback)
if is_fine then
  io.stdout:write('netpol: all is well\n')
  vim.cmd('qall!')
else
  io.stderr:write(tostring(fault) .. '\n')
  vim.cmd('cquit 1')
end
