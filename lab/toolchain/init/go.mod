module local/tools/lab-init

go 1.26
