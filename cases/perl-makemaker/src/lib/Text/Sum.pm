package Text::Sum;

use strict;
use warnings;

our $VERSION = '0.3';

require XSLoader;
XSLoader::load('Text::Sum', $VERSION);

1;

__END__

=head1 NAME

Text::Sum - sums of texts
