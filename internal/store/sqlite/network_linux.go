package sqlite

import "golang.org/x/sys/unix"

// networkMagic are the file systems that other machines may share, by the
// numbers with which statfs(2) tells file systems apart. Those without a name
// here are of modules that are not part of Linux.
var networkMagic = map[uint32]string{
	unix.NFS_SUPER_MAGIC:   "NFS",
	unix.SMB_SUPER_MAGIC:   "SMB",
	unix.CIFS_SUPER_MAGIC:  "CIFS",
	unix.SMB2_SUPER_MAGIC:  "SMB2",
	unix.V9FS_MAGIC:        "9p",
	unix.FUSE_SUPER_MAGIC:  "FUSE, such as sshfs or GlusterFS",
	unix.AFS_SUPER_MAGIC:   "AFS",
	unix.AFS_FS_MAGIC:      "AFS",
	unix.CODA_SUPER_MAGIC:  "Coda",
	unix.CEPH_SUPER_MAGIC:  "Ceph",
	unix.NCP_SUPER_MAGIC:   "NCP",
	unix.OCFS2_SUPER_MAGIC: "OCFS2",
	0x01161970:             "GFS2",
	0x0bd00bd0:             "Lustre",
	0x47504653:             "GPFS",
	0x19830326:             "BeeGFS",
	0xaad7aaea:             "PanFS",
	0xbeefdead:             "StorNext",
	0x013111a8:             "IBRIX",
	0x61636673:             "ACFS",
	0x786f4256:             "shared folder of VirtualBox",
	0xbacbacbc:             "shared folder of VMware",
	0x7c7c6673:             "shared folder of Parallels",
}

// networkFileSystem returns the name of the network file system that a file
// is on, "" if it is on none that is known.
func networkFileSystem(path string) string {
	var s unix.Statfs_t
	if err := unix.Statfs(path, &s); err != nil {
		return "" // Open will say what is wrong with the path
	}
	return networkMagic[uint32(s.Type)] // the numbers have 32 bits, with a sign on some machines
}
