.PHONY: build test race lint bench generate ci

build:
	go build -o neuralrg .

test:
	go test ./...

race:
	go test -race -short ./...

lint:
	.ci/run vet lint

bench:
	go test -run '^$$' -bench . ./...

generate:
	cd model/internal/kernel/_asm && go generate .
	cd physics/internal/kernel/_asm && go generate .

ci:
	.ci/run
