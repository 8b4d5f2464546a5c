// The benchmark's yardstick: an admission webhook as one would write it in Go with net/http and encoding/json, which
// decodes the review as far as the images are concerned, decides nothing, keeps nothing, and answers "allowed".
package main

import (
	"crypto/tls"
	"encoding/json"
	"io"
	"log"
	"net/http"
	"os"
)

type container struct {
	Name  string `json:"name"`
	Image string `json:"image"`
}

type podSpec struct {
	Containers          []container `json:"containers"`
	InitContainers      []container `json:"initContainers"`
	EphemeralContainers []container `json:"ephemeralContainers"`
	Volumes             []struct {
		Image *struct {
			Reference string `json:"reference"`
		} `json:"image"`
	} `json:"volumes"`
}

type object struct {
	Spec struct {
		podSpec
		Template struct {
			Spec podSpec `json:"spec"`
		} `json:"template"`
	} `json:"spec"`
}

type groupVersionKind struct {
	Group   string `json:"group"`
	Version string `json:"version"`
	Kind    string `json:"kind"`
}

type request struct {
	UID         string           `json:"uid"`
	Kind        groupVersionKind `json:"kind"`
	SubResource string           `json:"subResource"`
	Name        string           `json:"name"`
	Namespace   string           `json:"namespace"`
	Operation   string           `json:"operation"`
	UserInfo    struct {
		Username string   `json:"username"`
		UID      string   `json:"uid"`
		Groups   []string `json:"groups"`
	} `json:"userInfo"`
	Object object `json:"object"`
	DryRun bool   `json:"dryRun"`
}

type response struct {
	UID     string `json:"uid"`
	Allowed bool   `json:"allowed"`
}

type review struct {
	APIVersion string    `json:"apiVersion"`
	Kind       string    `json:"kind"`
	Request    *request  `json:"request,omitempty"`
	Response   *response `json:"response,omitempty"`
}

func images(object object) int {
	count := 0
	for _, spec := range []podSpec{object.Spec.podSpec, object.Spec.Template.Spec} {
		count += len(spec.Containers) + len(spec.InitContainers) + len(spec.EphemeralContainers)
	}
	return count
}

func validate(writer http.ResponseWriter, incoming *http.Request) {
	body, err := io.ReadAll(incoming.Body)
	if err != nil {
		http.Error(writer, err.Error(), http.StatusBadRequest)
		return
	}
	var asked review
	if err := json.Unmarshal(body, &asked); err != nil || asked.Request == nil {
		http.Error(writer, "not an AdmissionReview", http.StatusBadRequest)
		return
	}
	answer, err := json.Marshal(review{
		APIVersion: asked.APIVersion,
		Kind:       asked.Kind,
		Response:   &response{UID: asked.Request.UID, Allowed: images(asked.Request.Object) > 0},
	})
	if err != nil {
		http.Error(writer, err.Error(), http.StatusInternalServerError)
		return
	}
	writer.Header().Set("Content-Type", "application/json")
	writer.Write(answer)
}

// usage: go-peer ADDRESS CERTIFICATE KEY
func main() {
	if len(os.Args) != 4 {
		log.Fatal("usage: go-peer ADDRESS CERTIFICATE KEY")
	}
	http.HandleFunc("POST /validate", validate)
	http.HandleFunc("GET /readyz", func(writer http.ResponseWriter, _ *http.Request) {})
	server := &http.Server{
		Addr:      os.Args[1],
		TLSConfig: &tls.Config{MinVersion: tls.VersionTLS13, NextProtos: []string{"http/1.1"}},
	}
	log.Fatal(server.ListenAndServeTLS(os.Args[2], os.Args[3]))
}
