package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"

	crd "github.com/prometheus-operator/prometheus-operator/example"
	"sigs.k8s.io/yaml"
)

// Prints the operator's CustomResourceDefinitions as one JSON list. Descriptions are left out: they are four fifths of the
// text, no API server needs them, and they would lie in the stack's state twice.
func main() {
	if err := print(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func print() error {
	var text bytes.Buffer
	if err := crd.PrintAll(&text); err != nil {
		return err
	}
	definitions := []any{}
	for _, document := range bytes.Split(text.Bytes(), []byte("\n---\n")) {
		var definition map[string]any
		if err := yaml.Unmarshal(document, &definition); err != nil {
			return err
		}
		if definition != nil {
			definitions = append(definitions, withoutDescriptions(definition))
		}
	}
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetIndent("", " ")
	return encoder.Encode(definitions)
}

// withoutDescriptions drops the key description wherever it holds a text; a property that is called so holds a schema, and stays.
func withoutDescriptions(value any) any {
	switch value := value.(type) {
	case map[string]any:
		for key, inner := range value {
			if _, text := inner.(string); text && key == "description" {
				delete(value, key)
				continue
			}
			value[key] = withoutDescriptions(inner)
		}
	case []any:
		for i, inner := range value {
			value[i] = withoutDescriptions(inner)
		}
	}
	return value
}
