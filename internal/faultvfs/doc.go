// Package faultvfs is a disk that fails, for tests of what is stored in SQLite
// files. It registers a SQLite VFS under a name of its own that passes every
// operation on to the system's VFS, keeps a journal of them, lets chosen ones
// fail, and can say what a power failure would have left. Only tests import it.
//
// # What a power failure leaves
//
// A [Disk] replays a journal up to any operation and writes an image of what is
// left if the power fails there. Its rules are those of POSIX, read as a strict
// reader would:
//
//   - What was written to a file is durable after a sync of that file. Before
//     it, each write is kept, lost, or torn: any subset of the 512-byte sectors
//     that it touches is kept, and nothing beside it. Writes reach the disk in
//     any order, but a sector never goes back to what it was before a write that
//     it had got. A truncation is kept or lost.
//   - A lost write behind the end of the file may have made the file longer; then
//     there are zeros or garbage.
//   - That a name exists, or no longer does, is durable after a sync of its
//     directory: a deletion that asks for one, or the first sync of a journal or
//     WAL, with which SQLite syncs the directory too. The sync of a file makes no
//     name durable. Until then the changes of a name reach the disk in their
//     order, and those of different names in any.
//   - A sync that fails decides the fate of all that it should have made durable
//     there and then: a later sync of the same file, though it succeeds, does not
//     bring back what was lost. Some systems work like that.
//   - The -shm file is never in an image; SQLite does not sync it, and makes it anew.
//
// # What goes through it
//
// A program that names the VFS opens its files through it ([Register]); for one
// that names none, as most do, a whole directory does ([Intercept]). What a program
// writes to such files by itself can do so, too ([OpenFile]). What a killed process
// leaves is copied, and the next one goes on with the copies and a VFS of its own;
// the same [Disk] replays both journals.
//
// Locks and shared memory are passed through and are not operations. Neither are
// temporary files. Syncs are recorded only: whether the files of a test outlive a
// real power failure does not matter, and it makes the tests fast.
package faultvfs
