.PHONY: build test race lint bench ci

build:
	go build -o neuralrg .

test:
	go test ./...

race:
	go test -race -short ./...

lint:
	go vet ./...
	go tool -modfile=.ci/tools.mod gofumpt -l .
	go tool -modfile=.ci/tools.mod staticcheck ./...

bench:
	go test -run '^$$' -bench . ./...

ci:
	.ci/run
