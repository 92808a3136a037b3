package check

import (
	"encoding/json"
	"time"
)

// The types below are read twice: by reflection in encoding/json, and as source
// by the checker. Both must see the same fields.

type sampleInner struct {
	Deep    int `json:"deep"`
	Shared  int
	Renamed int `json:"Tagged"`
}

type sampleOther struct {
	Shared int
	Tagged int
}

type sampleAgain struct{ sampleDiamond }
type sampleDiamond struct{ Diamond int }
type sampleTwice struct {
	sampleAgain
	sampleDiamond
}

type sampleClash struct {
	sampleInner
	sampleOther
	Own int
}

type sampleShadow struct {
	sampleInner
	Deep string `json:"deep"`
}

type sampleTags struct {
	Plain       int
	Named       int `json:"named"`
	Dash        int `json:"-"`
	IsDash      int `json:"-,"` //nolint:staticcheck // what is odd is the sample
	Empty       int `json:",omitzero"`
	Quote       int `json:"a\"b"` //nolint:staticcheck // what is odd is the sample
	Odd         int `json:"a b/c"`
	Text        int `json:",string"`
	private     int
	Raw         json.RawMessage `json:"raw"`
	At          time.Time
	sampleInner `json:"embedded"`
}

type SampleNumber int

type sampleNumber int

type sampleEmbedded struct {
	SampleNumber
	sampleNumber
	*sampleInner
	Any any
}

var samples = map[string]any{
	"sampleInner":    sampleInner{},
	"sampleClash":    sampleClash{},
	"sampleShadow":   sampleShadow{},
	"sampleTwice":    sampleTwice{},
	"sampleTags":     sampleTags{Empty: 1, private: 1},
	"sampleEmbedded": sampleEmbedded{sampleInner: &sampleInner{}, sampleNumber: 1},
}
