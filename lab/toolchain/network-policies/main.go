// policy-enforcer makes one node of a lab keep NetworkPolicies: it follows pods, namespaces and policies, and writes what they allow the
// node's own pods into the filter table, in chains of its own. A bridge does nothing of the kind, and what the product's clusters
// enforce them with (k3s: kube-router, EKS: the VPC CNI) cannot be had as a Go module.
package main

import (
	"flag"
	"log"
	"time"

	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
)

const (
	// settle is how long more changes are waited for once there is one.
	settle = 50 * time.Millisecond
	// renew is how often the rules are written though nothing changed: somebody may have flushed the table.
	renew = 30 * time.Second
)

func main() {
	kubeconfig := flag.String("kubeconfig", "", "file with the way to the API server")
	node := flag.String("node", "", "name of the node whose pods are guarded")
	bridge := flag.String("bridge", "cni0", "bridge that the node's pods are on")
	flag.Parse()
	if err := run(*kubeconfig, *node, *bridge); err != nil {
		log.Fatal(err)
	}
}

func run(kubeconfig, node, bridge string) error {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return err
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	factory := informers.NewSharedInformerFactory(client, 0)
	pods := factory.Core().V1().Pods()
	namespaces := factory.Core().V1().Namespaces()
	policies := factory.Networking().V1().NetworkPolicies()
	changed := make(chan struct{}, 1)
	tell := func(any) {
		select {
		case changed <- struct{}{}:
		default:
		}
	}
	handler := cache.ResourceEventHandlerFuncs{
		AddFunc: tell, DeleteFunc: tell, UpdateFunc: func(_, now any) { tell(now) },
	}
	for _, informer := range []cache.SharedIndexInformer{pods.Informer(), namespaces.Informer(), policies.Informer()} {
		if _, err := informer.AddEventHandler(handler); err != nil {
			return err
		}
	}
	forever := make(chan struct{})
	factory.Start(forever)
	factory.WaitForCacheSync(forever)

	table := &table{bridge: bridge}
	said := ""
	for {
		world, err := read(pods.Lister(), namespaces.Lister(), policies.Lister())
		if err == nil {
			err = table.write(rulesOf(world, node))
		}
		if err == nil {
			said = ""
		} else if said != err.Error() {
			// Once for each fault: it is tried again and again.
			said = err.Error()
			log.Print(said)
		}
		wait := renew
		if err != nil {
			wait = time.Second
			table.written = ""
		}
		select {
		case <-changed:
			time.Sleep(settle)
		case <-time.After(wait):
			table.written = ""
		}
	}
}

var everything = labels.Everything()
