// Server serves the files of a directory at port 8000, as many programs in containers do.
package main

import (
	"log"
	"net/http"
	"os"
)

func main() {
	log.Fatal(http.ListenAndServe(":8000", http.FileServer(http.Dir(os.Args[1]))))
}
