"""What --guard wrote down, and the clock that it shows."""


class Memory:
    """The folder in which the plugin remembers, and its clock: that time
    passes is that what was noted lies further back."""

    def __init__(self, folder):
        self.folder = folder
        self.args = ["--guard", "--state-dir=%s" % folder, "-t", "60"]

    def files(self, ending):
        return sorted(self.folder.glob("*." + ending))

    def text(self):
        paths = self.files("guard")
        return "".join(p.read_text() for p in paths)

    def times(self):
        return [int(t) for line in self.text().splitlines()
                if line.startswith("secret ") for t in line.split()[2:]]

    def put(self, path, text):
        path.write_text(text)
        path.chmod(0o600)

    def pass_time(self, seconds):
        for path in self.files("guard"):
            lines = path.read_text().splitlines()
            for i, line in enumerate(lines):
                if line.startswith("secret "):
                    word, digest, *times = line.split()
                    lines[i] = " ".join([word, digest, *(
                        str(int(t) - seconds) for t in times)])
            self.put(path, "".join(line + "\n" for line in lines))
