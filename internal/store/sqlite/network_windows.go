package sqlite

import "golang.org/x/sys/windows"

// networkFileSystem returns what a file is on if that is a drive or a share of
// another machine, else "".
func networkFileSystem(path string) string {
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return "" // Open will say what is wrong with the path
	}
	volume := make([]uint16, windows.MAX_LONG_PATH)
	if err := windows.GetVolumePathName(name, &volume[0], uint32(len(volume))); err != nil {
		return ""
	}
	if windows.GetDriveType(&volume[0]) != windows.DRIVE_REMOTE {
		return ""
	}
	return "remote drive " + windows.UTF16ToString(volume)
}
