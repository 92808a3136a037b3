package sqlite

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// TestNetworkFileSystems compares the numbers with those of <linux/magic.h>,
// and of src/stat.c of the GNU core utilities (as S_MAGIC_...) where that has
// none.
func TestNetworkFileSystems(t *testing.T) {
	t.Parallel()
	for number, want := range map[uint32]string{
		0x6969:     "NFS",                         // NFS_SUPER_MAGIC
		0x517B:     "SMB",                         // SMB_SUPER_MAGIC
		0xFF534D42: "CIFS",                        // CIFS_SUPER_MAGIC
		0xFE534D42: "SMB2",                        // SMB2_SUPER_MAGIC
		0x01021997: "9p",                          // V9FS_MAGIC
		0x65735546: "FUSE",                        // FUSE_SUPER_MAGIC
		0x5346414F: "AFS",                         // AFS_SUPER_MAGIC
		0x6B414653: "AFS",                         // AFS_FS_MAGIC
		0x73757245: "Coda",                        // CODA_SUPER_MAGIC
		0x00c36400: "Ceph",                        // CEPH_SUPER_MAGIC
		0x564c:     "NCP",                         // NCP_SUPER_MAGIC
		0x7461636f: "OCFS2",                       // OCFS2_SUPER_MAGIC
		0x01161970: "GFS2",                        // S_MAGIC_GFS
		0x0BD00BD0: "Lustre",                      // S_MAGIC_LUSTRE
		0x47504653: "GPFS",                        // S_MAGIC_GPFS
		0x19830326: "BeeGFS",                      // S_MAGIC_FHGFS
		0xAAD7AAEA: "PanFS",                       // S_MAGIC_PANFS
		0xBEEFDEAD: "StorNext",                    // S_MAGIC_SNFS
		0x013111A8: "IBRIX",                       // S_MAGIC_IBRIX
		0x61636673: "ACFS",                        // S_MAGIC_ACFS
		0x786F4256: "shared folder of VirtualBox", // S_MAGIC_VBOXSF
		0xBACBACBC: "shared folder of VMware",     // S_MAGIC_VMHGFS
		0x7C7C6673: "shared folder of Parallels",  // S_MAGIC_PRL_FS
		0xEF53:     "",                            // EXT4_SUPER_MAGIC
		0x58465342: "",                            // XFS_SUPER_MAGIC
		0x9123683E: "",                            // BTRFS_SUPER_MAGIC
		0x2FC12FC1: "",                            // S_MAGIC_ZFS
		0x01021994: "",                            // TMPFS_MAGIC
		0x794c7630: "",                            // OVERLAYFS_SUPER_MAGIC
	} {
		if got := networkMagic[number]; !strings.HasPrefix(got, want) || (got == "") != (want == "") {
			t.Errorf("%#x is %q, want %q", number, got, want)
		}
	}
}

// TestNetworkNote pretends that the file system of the test is a network's.
func TestNetworkNote(t *testing.T) {
	path := filepath.Join(t.TempDir(), "runs.db")
	var stat unix.Statfs_t
	if err := unix.Statfs(filepath.Dir(path), &stat); err != nil {
		t.Fatal(err)
	}
	number := uint32(stat.Type)
	before, known := networkMagic[number]
	defer func() {
		delete(networkMagic, number)
		if known {
			networkMagic[number] = before
		}
	}()
	for name, want := range map[string]string{"": "", "TestFS": "machines may share (TestFS)"} {
		networkMagic[number] = name
		s, err := Open(context.Background(), path, Config{})
		if err != nil {
			t.Fatal(err)
		}
		if notes := strings.Join(s.Notes(), "\n"); !strings.Contains(notes, want) || (want == "") == strings.Contains(notes, "share") {
			t.Errorf("%q: notes %q", name, notes)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}
