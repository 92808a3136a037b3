package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// flagError says what is wrong with a flag, and what was probably meant.
func flagError(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	var invalid *pflag.InvalidValueError
	var lacking *pflag.ValueRequiredError
	switch {
	case errors.As(err, &unknown):
		return unknownFlag(cmd, unknown)
	case errors.As(err, &invalid):
		what := "is no number"
		if invalid.GetFlag().Value.Type() == "bool" {
			what = "is neither true nor false"
		}
		err = fmt.Errorf("--%s %q %s", invalid.GetFlag().Name, invalid.GetValue(), what)
	case errors.As(err, &lacking):
		err = fmt.Errorf("--%s needs a value", lacking.GetFlag().Name)
	}
	return fmt.Errorf("%w; see %s --help", err, cmd.CommandPath())
}

// unknownFlag tells a slip in the name of a flag from one dash in place of two.
func unknownFlag(cmd *cobra.Command, err *pflag.NotExistError) error {
	if short := err.GetSpecifiedShortnames(); short != "" {
		name, _, _ := strings.Cut(short, "=")
		if cmd.Flags().Lookup(name) != nil {
			return fmt.Errorf("unknown flag -%s; flags have two dashes: --%s", short, name)
		}
		return fmt.Errorf("unknown flag -%s; see %s --help", short, cmd.CommandPath())
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	if word := annotations.Suggest(err.GetSpecifiedName(), names); word != "" {
		return fmt.Errorf("unknown flag --%s; did you mean --%s?", err.GetSpecifiedName(), word)
	}
	return fmt.Errorf("unknown flag --%s; see %s --help", err.GetSpecifiedName(), cmd.CommandPath())
}

// newHelp returns the command that prints the manual of another one.
func newHelp() *cobra.Command {
	return &cobra.Command{
		Use:   "help [command]",
		Short: "Print the manual, or its chapter about a command",
		Args:  cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			root := cmd.Root()
			if len(args) == 0 {
				return root.Help()
			}
			for _, c := range root.Commands() {
				if c.Name() == args[0] {
					return c.Help()
				}
			}
			if word := annotations.Suggest(args[0], commandNames(root)); word != "" {
				return fmt.Errorf("there is no command %q; did you mean %q?", args[0], word)
			}
			return fmt.Errorf("there is no command %q; see %s --help", args[0], root.Name())
		},
	}
}

func commandNames(root *cobra.Command) []string {
	var names []string
	for _, c := range root.Commands() {
		names = append(names, c.Name())
	}
	return names
}
