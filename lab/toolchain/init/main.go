// lab-init is the one small program of the lab that must not be Node: it is PID 1 of every node and of the control
// plane, the relay to 127.0.0.1, the receiver of pages, the keeper of local volumes, and the pause container.
//
//	lab-init launch PLAN    joins the network namespace and cgroup of the plan, makes the other namespaces, prints the host's pid of PID 1
//	lab-init run PLAN       PID 1: builds the root, supervises the services, reaps
//	lab-init relay HOSTS PORT  forwards connections of the inherited listener to the first host of a file that answers
//	lab-init pager ADDR FILE  appends every POST to FILE as one line of JSON
//	lab-init volumes SERVER CERTIFICATE KEY AUTHORITY IN-NODE ON-HOST  empties local volumes whose claims are gone, so that they can be claimed again
//	lab-init pause          holds a pod's namespaces
package main

import (
	"fmt"
	"os"
)

func main() {
	if len(os.Args) < 2 {
		fail(fmt.Errorf("usage: lab-init launch|run PLAN · relay HOSTS PORT · pager ADDRESS FILE · volumes SERVER CERTIFICATE KEY AUTHORITY IN-NODE ON-HOST · pause"))
	}
	var err error
	switch mode, arguments := os.Args[1], os.Args[2:]; {
	case mode == "launch" && len(arguments) == 1:
		err = launch(arguments[0])
	case mode == "run" && len(arguments) == 1:
		err = run(arguments[0])
	case mode == "relay" && len(arguments) == 2:
		err = relay(arguments[0], arguments[1])
	case mode == "pager" && len(arguments) == 2:
		err = pager(arguments[0], arguments[1])
	case mode == "volumes" && len(arguments) == 6:
		err = volumes(arguments[0], arguments[1], arguments[2], arguments[3], arguments[4], arguments[5])
	case mode == "pause":
		pause()
	default:
		err = fmt.Errorf("lab-init: no such mode or wrong number of arguments: %v", os.Args[1:])
	}
	if err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
