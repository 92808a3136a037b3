package main

import (
	"errors"
	"fmt"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/spf13/cobra"
)

// newExplain returns the command that explains a code or a task.
func newExplain(opts *options) *cobra.Command {
	return &cobra.Command{
		Use:   "explain CODE | TASK [packages]",
		Short: "Explain a code, or a task of your workflows",
		Args:  cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("name a code or a task, such as cloacina-gen explain CL0402")
			}
			if codes, ok := codesAmong(args); ok {
				return explainCodes(cmd.OutOrStdout(), codes)
			}
			if code, ok := parseCode(args[0]); ok && !annotations.ValidID(args[0]) {
				return fmt.Errorf("%s is a code, about which packages say nothing; leave them out", code)
			}
			return explainTask(cmd, opts, args[0], args[1:])
		},
	}
}

// codesAmong are the codes that the arguments are; it is false if one is none.
func codesAmong(args []string) ([]annotations.Code, bool) {
	var codes []annotations.Code
	for _, arg := range args {
		code, ok := parseCode(arg)
		if !ok {
			return nil, false
		}
		codes = append(codes, code)
	}
	return codes, true
}
