package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net/http"
	"testing"
	"time"
)

func selfSigned(t *testing.T) (certificate, key []byte) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	bytes, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: raw}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: bytes})
}

func otherAuthority(t *testing.T) []byte {
	t.Helper()
	certificate, _ := selfSigned(t)
	return certificate
}

// trusting is a client with a certificate of its own that trusts one authority.
func trusting(t *testing.T, authority []byte) *http.Client {
	t.Helper()
	certificate, key := selfSigned(t)
	client, err := mutualTLS(file(t, "own.crt", string(certificate)), file(t, "own.key", string(key)), file(t, "ca.crt", string(authority)))
	if err != nil {
		t.Fatal(err)
	}
	return client
}
