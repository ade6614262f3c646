import CKernels

/// What the process allocates besides states, arenas and scratch.
package enum Heap {
  /// Makes freed memory go back to the system; for processes that bind a plan and then only run it.
  ///
  /// To be called before a plan is read, which is most of what such a process ever allocates.
  package static func keepSmall() { pf_allocate_frugally() }

  /// Gives the system back what is free, and code that loading needed, in a process that keeps small.
  ///
  /// To be called when everything is loaded. Code that a run needs comes back from its file.
  package static func returnUnused() { pf_return_free_memory() }
}
