package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// mayImport is the map of the house: for each folder with Go files the folders
// that its program text may import. A test may also import whatever these may.
// All else is forbidden, and a folder that is not listed may not hold code.
var mayImport = map[string][]string{
	"model/internal/kernel":   {},
	"model":                   {"model/internal/kernel"},
	"model/loops":             {"model", "model/internal/kernel"},
	"physics/internal/kernel": {},
	"physics":                 {"physics/internal/kernel"},
	"sampling":                {"physics", "model"},
	"training":                {"physics", "model", "sampling"},
	"training/npz":            {},
	"training/rg":             {"physics", "model", "sampling"},
	"training/run":            {"physics", "model", "sampling", "training", "training/npz", "training/rg"},
	"training/remote":         {"training/run"},
	"training/inference":      {"physics", "model", "sampling", "training", "training/npz", "training/run"},
	"training/compare":        {"physics", "model", "sampling", "training", "training/run"},
	"training/report":         {"physics", "model", "sampling", "training", "training/run", "training/rg", "training/compare", "training/sweep"},
	"training/sweep":          {"physics", "model", "sampling", "training", "training/run", "training/inference"},
	"training/sweep/slurm":    {"training/run", "training/sweep"},
	"training/bench":          {"physics", "model", "model/loops", "sampling", "training"},
	"themes":                  {},
	"tui/chart":               {"themes"},
	"tui":                     {"model", "physics", "training", "training/run", "training/sweep", "themes", "tui/chart"},
	"tui/serve":               {"training/run", "training/remote", "tui"},
	"tui/cli":                 {"model", "physics", "sampling", "training", "training/run", "training/bench", "training/compare", "training/inference", "training/remote", "training/report", "training/sweep", "training/sweep/slurm", "themes", "tui", "tui/serve"},
	".":                       {"tui/cli"},
}

// reserved lists packages from elsewhere, each with all that its path begins,
// and the only folders whose program text may import them. Numerical packages
// have no files and no clock, though the environment may choose their inner
// loops; the terminal is the screen's, the command line is cli's.
var reserved = map[string][]string{
	"charm.land/bubbletea":   {"tui"},
	"charm.land/bubbles":     {"tui"},
	"charm.land/fang":        {"tui/cli"},
	"charm.land/ssh":         {"tui/serve"},
	"charm.land/wish":        {"tui/serve"},
	"golang.org/x/crypto":    {"tui/serve"},
	"github.com/spf13/cobra": {"tui/cli"},
	"github.com/spf13/pflag": {"tui/cli"},
	"gonum.org/v1/plot":      {"training/report"},
	"os":                     {"model", "physics", "training/npz", "training/run", "training/remote", "training/report", "training/sweep", "training/sweep/slurm", "tui", "tui/serve", "tui/cli", "."},
	"time":                   {"training/compare", "training/inference", "training/run", "training/remote", "training/bench", "training/sweep", "training/sweep/slurm", "tui", "tui/chart", "tui/serve", "tui/cli"},
	"net":                    {"training/remote", "tui/serve"}, // a socket in a run's directory; SSH
	"unsafe":                 {"model"},                        // for the size of its memory
	"C":                      {},
}

// module is what the path of every package of this project begins with.
const module = "neuralrg/"

func TestImportDirections(t *testing.T) {
	used := map[string]bool{}
	for file, imports := range goFiles(t) {
		folder := path.Dir(file)
		used[folder] = true
		if _, known := mayImport[folder]; !known {
			t.Errorf("%s: folder %s is not in the map of the house", file, folder)
			continue
		}
		for _, name := range imports {
			if !allowed(name, folder, strings.HasSuffix(file, "_test.go")) {
				t.Errorf("%s: %s may not import %s", file, folder, name)
			}
		}
	}
	for folder := range mayImport {
		if !used[folder] {
			t.Errorf("folder %s is in the map of the house but holds no Go file", folder)
		}
	}
}

// allowed says whether a file in a folder may import a package.
func allowed(name, folder string, test bool) bool {
	if inner, ours := strings.CutPrefix(name, module); ours {
		return inner == folder || reaches(folder, inner, test)
	}
	for prefix, folders := range reserved {
		if strings.HasPrefix(name+"/", prefix+"/") && !test {
			return slices.Contains(folders, folder)
		}
	}
	return true
}

// reaches says whether an arrow leads from one folder to another, or, for
// tests, a path of arrows.
func reaches(from, to string, far bool) bool {
	for _, next := range mayImport[from] {
		if next == to || (far && reaches(next, to, true)) {
			return true
		}
	}
	return false
}

// goFiles returns the imports of every Go file of the module by its path.
func goFiles(t *testing.T) map[string][]string {
	t.Helper()
	files := map[string][]string{}
	err := filepath.WalkDir(".", func(name string, entry fs.DirEntry, err error) error {
		switch base := entry.Name(); {
		case err != nil:
			return err
		case entry.IsDir() && name != "." && (strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") || base == "testdata"):
			return filepath.SkipDir
		case !entry.IsDir() && strings.HasSuffix(base, ".go"):
			files[filepath.ToSlash(name)], err = imports(name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func imports(file string) ([]string, error) {
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
	if err != nil {
		return nil, err
	}
	names := make([]string, len(parsed.Imports))
	for i, spec := range parsed.Imports {
		if names[i], err = strconv.Unquote(spec.Path.Value); err != nil {
			return nil, err
		}
	}
	return names, nil
}

// TestForbiddenImportsAreSeen shows that the table can fail.
func TestForbiddenImportsAreSeen(t *testing.T) {
	cases := []struct {
		name, folder string
		test, want   bool
	}{
		{"neuralrg/model", "physics", false, false},
		{"neuralrg/physics", "model", true, false},
		{"neuralrg/training/run", "training", true, false},
		{"neuralrg/sampling", "tui", false, false},
		{"neuralrg/sampling", "tui", true, true},
		{"neuralrg/model", "training", false, true},
		{"charm.land/bubbletea/v2", "tui/chart", false, false},
		{"charm.land/bubbletea/v2", "tui", false, true},
		{"os", "sampling", false, false},
		{"os", "sampling", true, true},
		{"os/exec", "sampling", false, false},
		{"net/http", "tui/cli", false, false},
		{"net", "training/remote", false, true},
		{"charm.land/wish/v2", "tui", false, false},
		{"golang.org/x/crypto/ssh", "tui/cli", false, false},
		{"neuralrg/tui/serve", "tui", false, false},
		{"osmosis", "model", false, true},
	}
	for _, c := range cases {
		if got := allowed(c.name, c.folder, c.test); got != c.want {
			t.Errorf("%s imports %s, in a test %v: allowed %v, want %v", c.folder, c.name, c.test, got, c.want)
		}
	}
}

// TestAVX2KeepsToItsRegisters: avo hands out registers that only AVX-512 has, and
// the assembler takes them, which would stop the program on the processors that
// the code is for.
func TestAVX2KeepsToItsRegisters(t *testing.T) {
	beyond := regexp.MustCompile(`\b([XY](1[6-9]|[23]\d)|Z\d+|K[0-7])\b`)
	for _, folder := range []string{"model", "physics"} {
		for file, want := range map[string]bool{"avx2_amd64.s": false, "avx512_amd64.s": true} {
			file = filepath.Join(folder, "internal/kernel", file)
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if found := beyond.Find(text); (found != nil) != want {
				t.Errorf("%s: first register of AVX-512 is %q, want any: %v", file, found, want)
			}
		}
	}
}
