package netprobe

import (
	"fmt"
	"math"
	"net"
	"strconv"
	"time"

	"github.com/grafana/sobek"
)

// maxPayload is what fits into one UDP datagram over IPv4.
const maxPayload = 65507

const maxTimeout = 10 * time.Minute

// options reads the fields of an options object; the first mistake is kept and the rest of the reading gives zero values.
type options struct {
	function string
	object   *sobek.Object
	known    map[string]bool
	err      error
}

func readOptions(runtime *sobek.Runtime, function string, value sobek.Value) *options {
	o := &options{function: function, known: map[string]bool{}}
	if value == nil || sobek.IsUndefined(value) || sobek.IsNull(value) {
		o.fail("wants an object of options")
		return o
	}
	object, isObject := value.(*sobek.Object)
	if !isObject {
		o.fail("wants an object of options, not %v", value)
		return o
	}
	o.object = object
	return o
}

func (o *options) fail(format string, arguments ...any) {
	if o.err == nil {
		o.err = fmt.Errorf("netprobe."+o.function+": "+format, arguments...)
	}
}

func (o *options) field(name string) any {
	o.known[name] = true
	if o.err != nil {
		return nil
	}
	value := o.object.Get(name)
	if value == nil || sobek.IsUndefined(value) || sobek.IsNull(value) {
		return nil
	}
	return value.Export()
}

func (o *options) text(name string) string {
	value, isText := o.field(name).(string)
	if !isText || value == "" {
		o.fail("%s must be a text that is not empty", name)
	}
	return value
}

// optionalText gives an empty text when the field is missing or empty.
func (o *options) optionalText(name string) string {
	value := o.field(name)
	if value == nil {
		return ""
	}
	text, isText := value.(string)
	if !isText {
		o.fail("%s must be a text", name)
	}
	return text
}

// texts gives nothing when the field is missing.
func (o *options) texts(name string) []string {
	value := o.field(name)
	if value == nil {
		return nil
	}
	items, isList := value.([]any)
	if !isList {
		o.fail("%s must be a list", name)
	}
	found := make([]string, 0, len(items))
	for _, item := range items {
		text, isText := item.(string)
		if !isText || text == "" {
			o.fail("%s must hold texts that are not empty", name)
			return nil
		}
		found = append(found, text)
	}
	return found
}

func (o *options) oneOf(name string, allowed ...string) string {
	value := o.text(name)
	for _, candidate := range allowed {
		if value == candidate {
			return value
		}
	}
	o.fail("%s must be one of %q, not %q", name, allowed, value)
	return ""
}

func (o *options) truth(name string) bool {
	value, isTruth := o.field(name).(bool)
	if !isTruth {
		o.fail("%s must be true or false", name)
	}
	return value
}

func (o *options) timeout() time.Duration {
	var number float64
	switch value := o.field("timeoutMs").(type) {
	case int64:
		number = float64(value)
	case float64:
		number = value
	}
	if !(number > 0) || math.IsInf(number, 0) || number > float64(maxTimeout.Milliseconds()) {
		o.fail("timeoutMs must be a number above 0 and at most %d", maxTimeout.Milliseconds())
		return 0
	}
	return time.Duration(number * float64(time.Millisecond))
}

func (o *options) hostPort(name string) string {
	value := o.text(name)
	o.checkHostPort(name, value)
	return value
}

// optionalHostPort gives an empty text when the field is missing or empty.
func (o *options) optionalHostPort(name string) string {
	value := o.optionalText(name)
	if value != "" {
		o.checkHostPort(name, value)
	}
	return value
}

func (o *options) checkHostPort(name, value string) {
	if o.err != nil {
		return
	}
	host, port, err := net.SplitHostPort(value)
	number, portErr := strconv.ParseUint(port, 10, 16)
	if err != nil || portErr != nil || host == "" || number == 0 {
		o.fail("%s must be HOST:PORT, not %q", name, value)
	}
}

func (o *options) payload() []byte {
	value := o.text("payload")
	if len(value) > maxPayload {
		o.fail("payload has %d bytes, %d are allowed", len(value), maxPayload)
	}
	return []byte(value)
}

// end tells the first mistake, a field that nobody reads among them: most likely one that is misspelt.
func (o *options) end() error {
	if o.err == nil {
		for _, name := range o.object.Keys() {
			if !o.known[name] {
				o.fail("there is no option %s", name)
				break
			}
		}
	}
	return o.err
}
