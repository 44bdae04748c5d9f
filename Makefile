# Everything a developer needs. `make run` and `make test` are all that a new
# machine with Go and make has to know.

STATICCHECK   = honnef.co/go/tools/cmd/staticcheck@v0.8.2
GOLANGCI_LINT = github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
TOOLS         = .bin

.PHONY: run test defects lint bench interop golden clean

run: dcrkit ## the main job: test the embedded reference server
	./dcrkit run

dcrkit: $(shell find cmd features fixtures mockdirectory reports steps -type f -not -name '*_test.go' 2>/dev/null) go.mod go.sum
	go build -trimpath -o $@ ./cmd/dcrkit

test: ## all tests, with the race detector
	go test -race -timeout 30m ./...

defects: ## every listed defect of the reference server is noticed by its own checks
	go test -count 1 -timeout 30m -run DefectsAreNoticed ./cmd/dcrkit

lint: $(TOOLS)/staticcheck $(TOOLS)/golangci-lint ## gofmt, vet, staticcheck, golangci-lint
	@test -z "$$(gofmt -l cmd features fixtures mockdirectory reports steps)" || { gofmt -l cmd features fixtures mockdirectory reports steps; exit 1; }
	go vet ./...
	$(TOOLS)/staticcheck ./...
	$(TOOLS)/golangci-lint run ./...

$(TOOLS)/staticcheck:
	GOBIN=$(CURDIR)/$(TOOLS) go install $(STATICCHECK)

$(TOOLS)/golangci-lint:
	GOBIN=$(CURDIR)/$(TOOLS) go install $(GOLANGCI_LINT)

bench: ## minting, a registration round trip, the whole suite
	go test -run '^$$' -bench . -benchtime 2s ./fixtures/jose ./fixtures/aspsp ./mockdirectory ./mockdirectory/registry ./mockdirectory/store
	go test -run '^$$' -bench Suite -benchtime 3x ./cmd/dcrkit

interop: ## the rfc7591 profile against the npm package oidc-provider; needs node and npm
	go test -tags interop -count 1 ./fixtures/interop
	go test -tags interop -run Interop -count 1 ./cmd/dcrkit

golden: ## rewrite the golden files of the tests; look at the diff
	go test ./reports ./fixtures/inspect ./fixtures/statement -update

clean:
	rm -rf dcrkit dcrkit-report $(TOOLS)
