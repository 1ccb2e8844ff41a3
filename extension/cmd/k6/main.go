// k6 with the extension k6/x/netprobe built in; everything else is k6 as it is.
package main

import (
	"go.k6.io/k6/v2/cmd"

	_ "continuous-load/extension/netprobe"
)

func main() {
	cmd.Execute()
}
