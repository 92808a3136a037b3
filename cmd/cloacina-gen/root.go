package main

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/cmd/cloacina-gen/internal/load"
	"github.com/cloacina-go/cloacina/cmd/cloacina-gen/internal/report"
	"github.com/spf13/cobra"
)

// errFindings says that the findings, which have been printed, fail the command.
var errFindings = errors.New("there are errors")

// options are the flags that all commands share.
type options struct {
	werror  bool
	format  string
	noCache bool
}

// newRoot returns the command line.
func newRoot() *cobra.Command {
	opts := &options{}
	root := &cobra.Command{
		Use:           "cloacina-gen [packages]",
		Short:         "Turn annotated Go functions into a durable workflow",
		Version:       version(),
		Args:          cobra.ArbitraryArgs,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := newSession(cmd, opts, args)
			if err != nil {
				return err
			}
			return explainPattern(cmd, s.generate(cmd.Context()))
		},
	}
	root.SetVersionTemplate("{{.Name}} {{.Version}}\n")
	root.SetFlagErrorFunc(flagError)
	root.SetHelpCommand(newHelp())
	root.SetHelpFunc(helpFunc(root.HelpFunc()))
	// It would know neither tasks nor packages, and go tool is not completed at all.
	root.CompletionOptions.DisableDefaultCmd = true
	root.PersistentFlags().BoolVar(&opts.werror, "werror", false, "exit with 1 on warnings, too")
	root.PersistentFlags().StringVar(&opts.format, "format", "text", "`FORM`: "+report.FormatNames())
	root.PersistentFlags().BoolVar(&opts.noCache, "no-cache", false, "look at everything anew, and remember nothing")
	// Cobra's own would have shorthands with one dash.
	root.PersistentFlags().Bool("help", false, "print this")
	root.Flags().Bool("version", false, "print the version")
	// One line a command, in the order of the manual.
	root.AddCommand(newCheck(opts))
	root.AddCommand(newFix(opts))
	root.AddCommand(newExplain(opts))
	root.AddCommand(newGraph(opts))
	root.AddCommand(newSimulate(opts))
	root.AddCommand(newWatch(opts))
	root.AddCommand(newInit())
	return root
}

// explainPattern adds to the error about a package that does not exist the
// command that was probably meant.
func explainPattern(cmd *cobra.Command, err error) error {
	var p *load.PatternError
	if !errors.As(err, &p) {
		return err
	}
	if word := annotations.Suggest(p.Pattern, commandNames(cmd)); word != "" {
		return fmt.Errorf("%q is neither a command nor a package; did you mean %q? (a package is written ./%s)",
			p.Pattern, word, p.Pattern)
	}
	return err
}

// version returns the module's version and the Go version the tool was built with.
func version() string {
	v := "(devel)"
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		v = info.Main.Version
		for _, dep := range info.Deps {
			if dep.Path == "github.com/cloacina-go/cloacina" {
				v = dep.Version
			}
		}
	}
	return v + " " + runtime.Version()
}

// workingDir returns the current directory.
func workingDir() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("find the current directory: %w", err)
	}
	return dir, nil
}
