//! What a comparison is told beside the two trees.

use crate::path_map::PathMap;
use crate::rules::RuleSet;

/// How to compare. The default uses every rule and maps no path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Which paths in debug information mean the same place.
    pub map: PathMap,
    /// Which rules may settle differences.
    pub rules: RuleSet,
}
