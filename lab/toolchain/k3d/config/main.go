// Reads k3d configs, a JSON list of texts, and prints for each what `k3d cluster create --config` would make of it: the same steps in
// the same order as cmd/cluster/clusterCreate.go of k3d, without Docker.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/k3d-io/k3d/v5/pkg/config"
	v1alpha5 "github.com/k3d-io/k3d/v5/pkg/config/v1alpha5"
	l "github.com/k3d-io/k3d/v5/pkg/logger"
	"github.com/k3d-io/k3d/v5/pkg/runtimes"
	"github.com/spf13/viper"
	"sigs.k8s.io/yaml"
)

type verdict struct {
	Error  string                  `json:"error,omitempty"`
	Config *v1alpha5.ClusterConfig `json:"config,omitempty"`
}

func main() {
	l.Log().SetOutput(os.Stderr)
	if err := judge(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func judge() error {
	var texts []string
	if err := json.NewDecoder(os.Stdin).Decode(&texts); err != nil {
		return err
	}
	verdicts := []verdict{}
	for _, text := range texts {
		clusterConfig, err := understand(os.ExpandEnv(text))
		if err != nil {
			verdicts = append(verdicts, verdict{Error: err.Error()})
			continue
		}
		verdicts = append(verdicts, verdict{Config: clusterConfig})
	}
	return json.NewEncoder(os.Stdout).Encode(verdicts)
}

func understand(text string) (*v1alpha5.ClusterConfig, error) {
	reader := viper.New()
	reader.SetConfigType("yaml")
	if err := reader.ReadConfig(bytes.NewBufferString(text)); err != nil {
		return nil, err
	}
	schema, err := config.GetSchemaByVersion(reader.GetString("apiVersion"))
	if err != nil {
		return nil, err
	}
	var content map[string]any
	if err := yaml.Unmarshal([]byte(text), &content); err != nil {
		return nil, err
	}
	if err := config.ValidateSchema(content, schema); err != nil {
		return nil, err
	}
	simple, err := config.SimpleConfigFromViper(reader)
	if err != nil {
		return nil, err
	}
	if err := config.ProcessSimpleConfig(&simple); err != nil {
		return nil, err
	}
	ctx := context.Background()
	full, err := config.TransformSimpleToClusterConfig(ctx, runtimes.SelectedRuntime, simple, "")
	if err != nil {
		return nil, err
	}
	full, err = config.ProcessClusterConfig(*full)
	if err != nil {
		return nil, err
	}
	return full, config.ValidateClusterConfig(ctx, runtimes.SelectedRuntime, *full)
}
