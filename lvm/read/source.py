"""What a dialect is given: the bytes of one file, and a way to the files that came with it."""

import io
import zipfile
import zlib
from collections.abc import Callable, Mapping

from lvm.errors import DamagedFileError, NotAnEcgError
from lvm.language import mark, said

# Bytes of a file that came together with the one being read, by its bare name; None where there is no such file.
Beside = Callable[[str], bytes | None]

MAX_BYTES = 5 * 2**20  # a resting ECG takes less; so does everything in one zip archive, unpacked
_MAX_MEMBERS = 20
_MAX_ENTRIES = 1000  # with folders and hidden files; zipfile takes seconds over a hundred thousand
_ZIP, _ENTRY = b"PK\x03\x04", b"PK\x01\x02"
_PACKED_AS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # LZMA may ask for 4 GB before it unpacks a byte
_MAX_MB = MAX_BYTES // 2**20
_TOO_MANY = mark("The zip archive holds {count} files. Give the file or files of a single ECG.")


def nothing_beside(name: str) -> bytes | None:
    """For a file that came alone."""
    return None


def check_size(length: int) -> None:
    """Refuse more than any resting ECG needs, before it is looked at or even loaded."""
    if length > MAX_BYTES:
        raise NotAnEcgError(
            said("The file is larger than {mb} MB, too large for one resting ECG. Give a single ECG.", mb=_MAX_MB)
        )


def is_zip(data: bytes) -> bool:
    return data.startswith(_ZIP)


def unpacked(data: bytes) -> dict[str, bytes]:
    """The files in a zip archive by their bare names, in memory; folders and hidden files are passed over.

    Raises NotAnEcgError where the archive holds too much, DamagedFileError where it cannot be unpacked.
    """
    files: dict[str, bytes] = {}
    room = MAX_BYTES
    if data.count(_ENTRY) > _MAX_ENTRIES:
        raise NotAnEcgError(said(_TOO_MANY, count=said("more than {most}", most=_MAX_ENTRIES)))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [info for info in archive.infolist() if not info.is_dir() and _bare(info.filename)]
            names = [_bare(info.filename) for info in members]
            if len(names) > _MAX_MEMBERS or len(set(names)) < len(names):
                raise NotAnEcgError(said(_TOO_MANY, count=len(names)))
            if any(info.compress_type not in _PACKED_AS for info in members):
                raise NotImplementedError
            for name, info in zip(names, members, strict=True):
                with archive.open(info) as member:  # the size it claims is not believed
                    content = member.read(room + 1)
                room -= len(content)
                if room < 0:
                    raise NotAnEcgError(
                        said(
                            "The zip archive is, unpacked, larger than {mb} MB, too large for one resting ECG. Give a "
                            "single ECG.",
                            mb=_MAX_MB,
                        )
                    )
                files[name] = content
    # RuntimeError: encrypted; NotImplementedError, its child: a compression that is not unpacked here
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError):
        raise DamagedFileError(
            said("The zip archive is damaged, encrypted or packed in an unusual way. Unpack it and give what it holds.")
        ) from None
    return files


def _bare(name: str) -> str:
    """The name without folders; "" for what an operating system adds."""
    bare = name.replace("\\", "/").rpartition("/")[2]
    return "" if bare.startswith(".") or name.startswith("__MACOSX") else bare


def the_ecg(files: Mapping[str, bytes]) -> bytes:
    """The one of several files given together that says what the others are: a WFDB header; or the only one."""
    headers = [content for name, content in files.items() if name.lower().endswith(".hea")]
    if len(headers) == 1:
        return headers[0]
    if len(files) == 1:
        return next(iter(files.values()))
    if not files:
        raise NotAnEcgError(said("There is no file in it. Give the file of one ECG."))
    raise NotAnEcgError(
        said(
            "{count} files came together, and they are not the .hea and .dat of one WFDB record. Give the file of "
            "one ECG at a time.",
            count=len(files),
        )
    )
