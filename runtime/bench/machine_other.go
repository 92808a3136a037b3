//go:build !linux

package main

// fileSystem names the file system of a directory.
func fileSystem(string) string { return "an unknown file system" }
