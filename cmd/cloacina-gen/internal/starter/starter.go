// Package starter holds the project that cloacina-gen init writes. Its files are
// those of the directory project, a program of this repository like any other:
// it is compiled, checked and tested where it is.
package starter

import "embed"

//go:embed project/tasks.go project/main.go project/tasks_test.go
//go:embed project/.gitattributes project/.gitignore
var project embed.FS

// File is a file of the project.
type File struct {
	// Name is its name in the directory of the project.
	Name string
	// Purpose says in a few words what it is for.
	Purpose string
	// Content is its text.
	Content []byte
}

// Files returns the files of the project. None of them has the name of a
// generated one, or is go.mod.
func Files() []File {
	files := []File{
		{Name: "tasks.go", Purpose: "the workflow: three tasks, a retry, a rule"},
		{Name: "main.go", Purpose: "runs it and keeps the runs in forecast.db"},
		{Name: "tasks_test.go", Purpose: "tests it, in virtual time"},
		{Name: ".gitattributes", Purpose: "says which file is generated"},
		{Name: ".gitignore", Purpose: "keeps the database out of git"},
	}
	for i := range files {
		content, err := project.ReadFile("project/" + files[i].Name)
		if err != nil {
			panic("starter: " + err.Error()) // the files above are the embedded ones
		}
		files[i].Content = content
	}
	return files
}
