//! What a comparison is told beside the two trees.

use crate::path_map::PathMap;
use crate::rules::{RuleSet, tree_path};

/// How to compare. The default uses every rule and maps no path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Which paths in debug information and text mean the same place.
    pub map: PathMap,
    /// Which paths of the trees, and of the archives in them, mean the same place. Apart from `map`, because
    /// headers that a compiler finds elsewhere do not excuse a file that is installed elsewhere.
    pub tree: PathMap,
    /// Which rules may settle differences.
    pub rules: RuleSet,
}

impl Options {
    /// Whether paths of trees and archives may mean the same place.
    pub(crate) fn maps_paths(&self) -> bool {
        self.rules.has(&tree_path::RULE) && !self.tree.is_empty()
    }
}
