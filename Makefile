.PHONY: build test race lint bench generate ci

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

generate:
	cd model/internal/kernel/_asm && go generate .
	cd physics/internal/kernel/_asm && go generate .

ci:
	.ci/run
