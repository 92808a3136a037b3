package main

import (
	_ "embed"
	"go/doc/comment"
	"go/parser"
	"go/token"
	"strings"

	"github.com/spf13/cobra"
)

//go:embed main.go
var mainSource string

// manual returns the package's doc comment, which is the manual.
func manual() string { return printDoc(manualBlocks()) }

// helpFunc returns what prints a command, with its part of the manual. That is made
// only now, because it takes as long as to see that a tree is unchanged.
func helpFunc(print func(*cobra.Command, []string)) func(*cobra.Command, []string) {
	return func(cmd *cobra.Command, args []string) {
		if cmd.HasParent() {
			cmd.Long = chapter(cmd.Name())
		} else {
			cmd.Long = manual()
		}
		print(cmd, args)
	}
}

// chapter returns the part of the manual that is headed by the name of a command.
func chapter(command string) string {
	heading := comment.Plain(strings.ToUpper(command[:1]) + command[1:])
	var blocks []comment.Block
	inside := false
	for _, b := range manualBlocks() {
		if h, ok := b.(*comment.Heading); ok {
			inside = len(h.Text) == 1 && h.Text[0] == heading
			continue
		}
		if inside {
			blocks = append(blocks, b)
		}
	}
	return printDoc(blocks)
}

func manualBlocks() []comment.Block {
	var p comment.Parser
	return p.Parse(packageDoc(mainSource)).Content
}

func packageDoc(source string) string {
	f, err := parser.ParseFile(token.NewFileSet(), "main.go", source, parser.ParseComments|parser.PackageClauseOnly)
	if err != nil {
		return "" // the source of a program that was compiled parses
	}
	return f.Doc.Text()
}

func printDoc(blocks []comment.Block) string {
	p := comment.Printer{TextCodePrefix: "    ", TextWidth: 80}
	return strings.TrimRight(string(p.Text(&comment.Doc{Content: blocks})), "\n")
}
