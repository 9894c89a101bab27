// Almanac prints the dates of Easter of some years, and what the platform is like, as Go and as C see it.
package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"sync"

	"example.org/almanac/word"
	"example.org/easter"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: almanac platform | almanac YEAR…")
		os.Exit(2)
	}
	if os.Args[1] == "platform" {
		platform()
		return
	}
	// Each year in a goroutine of its own; printed in the order they were asked in.
	dates := make([]string, len(os.Args)-1)
	var group sync.WaitGroup
	for i, text := range os.Args[1:] {
		group.Add(1)
		go func() {
			defer group.Done()
			year, err := strconv.Atoi(text)
			if err != nil {
				dates[i] = err.Error()
				return
			}
			month, day := easter.Date(year)
			dates[i] = fmt.Sprintf("%04d-%02d-%02d", year, month, day)
		}()
	}
	group.Wait()
	for _, date := range dates {
		fmt.Println(date)
	}
}

func platform() {
	long, pointer, entry := word.Sizes()
	fmt.Printf("%s/%s, an int has %d bits\n", runtime.GOOS, runtime.GOARCH, strconv.IntSize)
	fmt.Printf("C: long %d, pointer %d, struct %d; plain char signed: %t\n", long, pointer, entry, word.CharIsSigned())
	fmt.Println("C adds in longs:", word.Walk(3, func(step int) int { return 1<<30 + step }))
	var sum float64
	for i := 1; i <= 1000; i++ {
		sum += 1 / float64(i) * 1.1
	}
	fmt.Println("sum:", sum)
	_, file, line, _ := runtime.Caller(0)
	fmt.Printf("built by %s as %s:%d\n", runtime.Version(), file, line)
}
