module local/test/grafana-operator

go 1.26

require github.com/grafana/grafana-operator/v5 v5.24.0 // indirect
