autocmd BufRead,BufNewFile *.netpol setfiletype netpol
