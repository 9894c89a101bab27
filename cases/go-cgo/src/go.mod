module example.org/almanac

go 1.24

require example.org/easter v0.2.0
