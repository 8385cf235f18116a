"""What is released: versions, diff, signature, proof, withdrawal; `export` to other tools and from them."""

from typing import TYPE_CHECKING

from speechkit.core.lazy import lazy_names

if TYPE_CHECKING:
    from speechkit.manifest.custody import Chain, chains, check_custody, released_when
    from speechkit.manifest.diff import diff_releases
    from speechkit.manifest.disclosures import DISCLOSURES, Disclosure, delete_exports
    from speechkit.manifest.documentation.facts import NO_LICENCE
    from speechkit.manifest.documentation.fhir_provenance import read_provenance, with_times
    from speechkit.manifest.export.bundle import Format
    from speechkit.manifest.export.exchange import export_release, load_bundle
    from speechkit.manifest.export.registry import CORPORA, FORMATS
    from speechkit.manifest.filter import Filter, filtered_lines
    from speechkit.manifest.findings import findings_in_words
    from speechkit.manifest.importer import ImportOptions, import_release
    from speechkit.manifest.leaks import Leak, find_leaks
    from speechkit.manifest.lines import read_lines
    from speechkit.manifest.release import ReleaseOptions, check_version, create_release
    from speechkit.manifest.schema import (
        RECORDINGS,
        RELEASE_JSON,
        RELEASE_SCHEMA_VERSION,
        SEGMENTS,
        SPLITS,
        Parent,
        Release,
        ReleasedSegment,
        Split,
        Withdrawn,
    )
    from speechkit.manifest.sign import check_signature, sign_release
    from speechkit.manifest.stats import Missing, coverage, release_stats
    from speechkit.manifest.verify import verify_release
    from speechkit.manifest.versions import read_release, release_digest
    from speechkit.manifest.withdrawal import delete_audio, released_from, take_out, versions_of
    from speechkit.manifest.write import ReleaseWriter

__all__ = [
    "CORPORA",
    "DISCLOSURES",
    "FORMATS",
    "NO_LICENCE",
    "RECORDINGS",
    "RELEASE_JSON",
    "RELEASE_SCHEMA_VERSION",
    "SEGMENTS",
    "SPLITS",
    "Chain",
    "Disclosure",
    "Filter",
    "Format",
    "ImportOptions",
    "Leak",
    "Missing",
    "Parent",
    "Release",
    "ReleaseOptions",
    "ReleaseWriter",
    "ReleasedSegment",
    "Split",
    "Withdrawn",
    "chains",
    "check_custody",
    "check_signature",
    "check_version",
    "coverage",
    "create_release",
    "delete_audio",
    "delete_exports",
    "diff_releases",
    "export_release",
    "filtered_lines",
    "find_leaks",
    "findings_in_words",
    "import_release",
    "load_bundle",
    "read_lines",
    "read_provenance",
    "read_release",
    "release_digest",
    "release_stats",
    "released_from",
    "released_when",
    "sign_release",
    "take_out",
    "verify_release",
    "versions_of",
    "with_times",
]

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "CORPORA": "export.registry",
        "Chain": "custody",
        "DISCLOSURES": "disclosures",
        "Disclosure": "disclosures",
        "FORMATS": "export.registry",
        "Filter": "filter",
        "Format": "export.bundle",
        "ImportOptions": "importer",
        "Leak": "leaks",
        "Missing": "stats",
        "NO_LICENCE": "documentation.facts",
        "Parent": "schema",
        "RECORDINGS": "schema",
        "RELEASE_JSON": "schema",
        "RELEASE_SCHEMA_VERSION": "schema",
        "Release": "schema",
        "ReleaseOptions": "release",
        "ReleaseWriter": "write",
        "ReleasedSegment": "schema",
        "SEGMENTS": "schema",
        "SPLITS": "schema",
        "Split": "schema",
        "Withdrawn": "schema",
        "chains": "custody",
        "check_custody": "custody",
        "check_signature": "sign",
        "check_version": "release",
        "coverage": "stats",
        "create_release": "release",
        "delete_audio": "withdrawal",
        "delete_exports": "disclosures",
        "diff_releases": "diff",
        "export_release": "export.exchange",
        "filtered_lines": "filter",
        "find_leaks": "leaks",
        "findings_in_words": "findings",
        "import_release": "importer",
        "load_bundle": "export.exchange",
        "read_lines": "lines",
        "read_provenance": "documentation.fhir_provenance",
        "read_release": "versions",
        "release_digest": "versions",
        "release_stats": "stats",
        "released_from": "withdrawal",
        "released_when": "custody",
        "sign_release": "sign",
        "take_out": "withdrawal",
        "verify_release": "verify",
        "versions_of": "withdrawal",
        "with_times": "documentation.fhir_provenance",
    },
)
