package report

import "context"

// kind is a figure that a report may have.
type kind struct {
	name  string // of its files
	title string
	make  func(context.Context, *material) (*figure, error)
}

// kinds are all figures in the order of the page.
var kinds = []kind{
	{"free-energy", "Free energy against the exact value", freeEnergy},
	{"depth", "Depth of the network", depth},
	{"samples-by-epoch", "Samples by epoch", samplesByEpoch},
	{"monte-carlo", "Monte Carlo in latents and in fields", monteCarlo},
	{"information", "Mutual information of fields and of latents", matrices},
	{"information-by-distance", "Mutual information by distance, and all of it", distances},
	{"responses", "Responses and wavelets", waveletResponses},
	{"responses-all", "Responses of all latents", allResponses},
	{"latent-energy", "Renormalized energy of the latents", latentEnergy},
	{"pair-energy", "Renormalized energy of two latents", pairEnergy},
	{"coarse-energy", "Energy of the coarse fields", coarseEnergy},
	{"couplings", "Effective couplings by level", couplings},
	{"scales", "One configuration fine to coarse and coarse to fine", scales},
	{"resampling", "What coarse and fine latents carry", resampling},
	{"marginals", "Distributions of single latents", marginals},
	{"collective", "Collective variables", collective},
	{"conditional", "Draws with one latent fixed", conditional},
}

// figure is one that is made.
type figure struct {
	sheet   sheet
	text    string // what it shows, as Markdown
	results *table // its numbers; nil if it has none beside its data
	data    []data
}

// data is what a figure shows, as numbers.
type data struct {
	part string // that the file's name ends with; empty for the whole figure
	*table
}

// save writes the files of a figure and returns their names, the pictures first.
func (g *figure) save(f *folder, name string) ([]string, error) {
	first := len(f.files)
	for _, picture := range []struct {
		ending string
		encode func() ([]byte, error)
	}{{".png", g.sheet.png}, {".svg", g.sheet.svg}} {
		encoded, err := picture.encode()
		if err != nil {
			return nil, err
		}
		if err := f.write(name+picture.ending, encoded); err != nil {
			return nil, err
		}
	}
	for _, d := range g.data {
		file := name + ".csv"
		if d.part != "" {
			file = name + "-" + d.part + ".csv"
		}
		if err := f.write(file, d.csv()); err != nil {
			return nil, err
		}
	}
	return f.files[first:], nil
}
