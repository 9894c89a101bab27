// Package easter has the date of Easter, as a vendored dependency has it.
package easter

// Date is the month and the day of Easter in a year of the Gregorian calendar (Meeus, Jones, Butcher).
func Date(year int) (month, day int) {
	a, b, c := year%19, year/100, year%100
	d, e := b/4, b%4
	g := (8*b + 13) / 25
	h := (19*a + b - d - g + 15) % 30
	i, k := c/4, c%4
	l := (32 + 2*e + 2*i - h - k) % 7
	m := (a + 11*h + 19*l) / 433
	month = (h + l - 7*m + 90) / 25
	day = (h + l - 7*m + 33*month + 19) % 32
	return month, day
}
