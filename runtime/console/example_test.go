package console_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/cloacina-go/cloacina/runtime/console"
)

// A program logs for people on a terminal, and JSON into files and pipes. Here the
// lines are asked for, because the output of an example is no terminal.
func ExampleNewWith() {
	log := console.NewWith(os.Stdout, console.Options{
		Format: console.Lines, Color: console.Never, Name: "orders", NoTime: true,
	})
	log.Info().Int("orders", 3).Msg("Starting")
	log.Error().Err(errors.New("disk \x1b[31mfull")).Msg("Cannot go on")
	// Output:
	// INFO  orders    Starting orders=3
	// ERROR orders    Cannot go on error="disk \x1b[31mfull"
}

// What is not a terminal gets JSON, with the time in each record.
func ExampleNew() {
	var pipe bytes.Buffer
	log := console.New(&pipe)
	log.Info().Str("task", "fetch").Msg("asking")

	var record map[string]any
	if err := json.Unmarshal(pipe.Bytes(), &record); err != nil {
		fmt.Println(err)
	}
	fmt.Println(record["level"], record["task"], record["message"], record["time"] != nil)
	// Output:
	// info fetch asking true
}
