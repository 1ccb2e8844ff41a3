package netprobe

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/miekg/dns"
)

// recordTypes are those that a probe can ask for.
var recordTypes = []string{"A", "AAAA", "CNAME", "MX", "NS", "PTR", "SRV", "TXT"}

// recordsOf follows the aliases from name to records of class IN of a kind, and writes those as normal does.
func recordsOf(records []dns.RR, name string, kind uint16) []string {
	const mostAliases = 16
	for range mostAliases {
		next := ""
		var found []string
		for _, record := range records {
			header := record.Header()
			if header.Class != dns.ClassINET || !strings.EqualFold(header.Name, name) {
				continue
			}
			if alias, isAlias := record.(*dns.CNAME); isAlias {
				next = alias.Target
			}
			if header.Rrtype == kind {
				if text := dataOf(record); text != "" {
					found = append(found, normal(kind, text))
				}
			}
		}
		if len(found) > 0 {
			return found
		}
		if next == "" {
			return nil
		}
		name = next
	}
	return nil
}

// dataOf writes what a record says; empty for one that is cut off or of a type that is not asked for.
func dataOf(record dns.RR) string {
	switch record := record.(type) {
	case *dns.A:
		if len(record.A) != 0 {
			return record.A.String()
		}
	case *dns.AAAA:
		if len(record.AAAA) != 0 {
			return record.AAAA.String()
		}
	case *dns.CNAME:
		return record.Target
	case *dns.MX:
		return fmt.Sprintf("%d %s", record.Preference, record.Mx)
	case *dns.NS:
		return record.Ns
	case *dns.PTR:
		return record.Ptr
	case *dns.SRV:
		return fmt.Sprintf("%d %d %d %s", record.Priority, record.Weight, record.Port, record.Target)
	case *dns.TXT:
		return strings.Join(record.Txt, "")
	}
	return ""
}

// normal writes data in one of the ways that mean the same: names in small letters without their last dot, addresses at their shortest.
func normal(kind uint16, data string) string {
	if kind == dns.TypeTXT {
		return data
	}
	if address, err := netip.ParseAddr(data); err == nil {
		return address.String()
	}
	return strings.ToLower(strings.TrimSuffix(data, "."))
}
