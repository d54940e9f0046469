"""Settlements as the insurance platform exports them: SETL_D rows, tab-separated, without a header, zipped, by month.

Enters: the record. Leaves: one ZIP a month and the order of the columns in a text beside them. Empty is ``null``
(reference/nhsa_interface.md 2.15 and 4.3). Imports ``tuodi.synth``, Polars, pyarrow.
"""

from __future__ import annotations

import zipfile
from concurrent.futures import Future, ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa

from tuodi.synth.whole.bills import DISEASES, KINDS, Bills
from tuodi.synth.whole.finish import Record
from tuodi.synth.whole.mix import Array
from tuodi.synth.whole.people import People
from tuodi.synth.whole.places import REGION, places

__all__ = ["COLUMNS", "MED_TYPE", "SPECIAL", "money", "rows_of", "write_settlements"]

COLUMNS = (
    "SETL_ID",
    "CLR_OPTINS",
    "MEDINS_SETL_ID",
    "MDTRT_ID",
    "INIT_SETL_ID",
    "PSN_NO",
    "PSN_INSU_RLTS_ID",
    "PSN_NAME",
    "PSN_CERT_TYPE",
    "CERTNO",
    "GEND",
    "NATY",
    "BRDY",
    "AGE",
    "INSUTYPE",
    "PSN_TYPE",
    "CVLSERV_FLAG",
    "CVLSERV_LV",
    "SP_PSN_TYPE",
    "SP_PSN_TYPE_LV",
    "CLCT_GRDE",
    "FLXEMPE_FLAG",
    "NWB_FLAG",
    "INSU_ADMDVS",
    "EMP_NO",
    "EMP_NAME",
    "EMP_TYPE",
    "ECON_TYPE",
    "AFIL_INDU",
    "AFIL_RLTS",
    "EMP_MGT_TYPE",
    "PAY_LOC",
    "FIXMEDINS_CODE",
    "FIXMEDINS_NAME",
    "HOSP_LV",
    "FIX_BLNG_ADMDVS",
    "LMTPRIC_HOSP_LV",
    "DEDC_HOSP_LV",
    "BEGNDATE",
    "ENDDATE",
    "SETL_TIME",
    "MDTRT_CERT_TYPE",
    "MDTRT_CERT_NO",
    "MED_TYPE",
    "SETL_TYPE",
    "CLR_TYPE",
    "CLR_WAY",
    "PSN_SETLWAY",
    "MEDFEE_SUMAMT",
    "FULAMT_OWNPAY_AMT",
    "OVERLMT_SELFPAY",
    "PRESELFPAY_AMT",
    "INSCP_AMT",
    "DEDC_STD",
    "CRT_DEDC",
    "ACT_PAY_DEDC",
    "HIFP_PAY",
    "POOL_PROP_SELFPAY",
    "HI_AGRE_SUMFEE",
    "CVLSERV_PAY",
    "HIFES_PAY",
    "HIFMI_PAY",
    "HIFOB_PAY",
    "HIFDM_PAY",
    "MAF_PAY",
    "OTHFUND_PAY",
    "FUND_PAY_SUMAMT",
    "PSN_PAY",
    "ACCT_PAY",
    "CASH_PAYAMT",
    "OWNPAY_HOSP_PART",
    "BALC",
    "ACCT_MULAID_PAY",
    "REFD_SETL_FLAG",
    "CAL_IPT_CNT",
    "SETL_CASHPAY_WAY",
    "YEAR",
    "DISE_NO",
    "DISE_NAME",
    "INVONO",
    "MANL_REIM_REA",
    "VALI_FLAG",
    "MEMO",
)
"""The order of the columns, as in the interface's description; what a county has no use for stays empty."""
MED_TYPE = {"village": "11", "pharmacy": "41", "outpatient": "11", "emergency": "13", "chronic": "14", "stay": "21"}
SPECIAL = {
    "tekun": "7131",
    "orphan": "7041",
    "unsupported_child": "7141",
    "dibao": "7019",
    "dibao_margin": "7201",
    "unstable_exit": "7203",
    "margin_prone": "7204",
    "sudden_hardship": "7205",
    "illness_poor": "7110",
    "severe_disability": "7069",
    "entitled_group": "7052",
}
"""What the platform's column SP_PSN_TYPE shows of an identity."""
_STAMP = (1980, 1, 1, 0, 0, 0)


def money(fen: Array) -> pl.Series:
    """Whole fen as decimal yuan with two places, exactly."""
    wide = np.empty((len(fen), 2), dtype=np.int64)
    wide[:, 0], wide[:, 1] = fen, fen >> np.int64(63)
    array = pa.Array.from_buffers(pa.decimal128(18, 2), len(fen), [None, pa.py_buffer(wide.tobytes())])
    return pl.Series(pl.from_arrow(array))


def _texts(values: list[str], which: Array) -> pl.Series:
    return pl.Series([each or None for each in values], dtype=pl.String).gather(which)


def person_type(people: People) -> Array:
    """``psn_type`` by scheme and age."""
    age = people.age
    resident = np.select([age < 1, age < 7, age < 18, age < 60], [1401, 1402, 1403, 1501], 1601)
    return np.where(people.employee, np.where(age >= 58, 1201, 1101), resident)


def rows_of(people: People, record: Record, special: pl.Series, which: Array) -> pl.DataFrame:
    """Rows of the export, typed; ``special`` is what SP_PSN_TYPE shows for each row of the record."""
    bills = record.bills.take(which)
    sites = places().institutions
    person, provider = bills.person, bills.provider.astype(np.int64)
    fund, zero = bills.fund, np.zeros(len(which), dtype=np.int64)
    own = bills.total - fund
    when = pl.Series(bills.settled).cast(pl.Int64)
    injury = np.array([each[0].startswith("S") for each in DISEASES])[bills.disease]
    med = np.array([MED_TYPE[name] for name in KINDS])[bills.kind]
    med = np.where(injury & (bills.kind == KINDS.index("stay")), "22", med)
    columns: dict[str, pl.Series | pl.Expr] = {
        **dict.fromkeys(COLUMNS, pl.lit(None, dtype=pl.String)),
        "SETL_ID": record.claim_id.gather(which),
        "CLR_OPTINS": pl.lit(REGION),
        "MDTRT_ID": record.stay_id.gather(which),
        "INIT_SETL_ID": record.reverses.gather(which),
        "PSN_NO": people.person_id.gather(person),
        "PSN_NAME": people.name.gather(person),
        "PSN_CERT_TYPE": pl.lit("01"),
        "CERTNO": people.certificate.gather(person),
        "GEND": pl.Series(np.where(people.male[person], "1", "2").tolist()),
        "BRDY": pl.Series(people.birth[person]).cast(pl.Int32).cast(pl.Date),
        "INSUTYPE": pl.Series(np.where(people.employee[person], 310, 390)),
        "PSN_TYPE": pl.Series(person_type(people)[person]),
        "SP_PSN_TYPE": special.gather(which),
        "INSU_ADMDVS": pl.lit(REGION),
        "PAY_LOC": pl.Series(np.where(bills.manual, 1, 2)),
        "FIXMEDINS_CODE": _texts([each.code for each in sites], provider),
        "FIXMEDINS_NAME": _texts([each.name for each in sites], provider),
        "HOSP_LV": _texts([each.level_code for each in sites], provider),
        "FIX_BLNG_ADMDVS": _texts([each.region for each in sites], provider),
        "BEGNDATE": pl.Series(bills.begin).cast(pl.Date),
        "ENDDATE": pl.Series(bills.end).cast(pl.Date),
        "SETL_TIME": (when * 1_000_000).cast(pl.Datetime("us")),
        "MED_TYPE": pl.Series(med.tolist()),
        **_amounts(bills, fund, own, zero),
        "REFD_SETL_FLAG": pl.Series((bills.reverses >= 0).astype(np.int64)),
        "YEAR": pl.lit(people.year),
        "MANL_REIM_REA": pl.Series(["03" if each else None for each in bills.manual.tolist()], dtype=pl.String),
        "DISE_NO": _texts([each[0] for each in DISEASES], bills.disease),
        "DISE_NAME": _texts([each[1] for each in DISEASES], bills.disease),
        "VALI_FLAG": pl.lit("1"),
    }
    return pl.DataFrame({"n": which}).select(**columns).select(COLUMNS)


def _amounts(bills: Bills, fund: Array, own: Array, zero: Array) -> dict[str, pl.Series]:
    fen = {
        "MEDFEE_SUMAMT": bills.total,
        "FULAMT_OWNPAY_AMT": bills.outside,
        "OVERLMT_SELFPAY": bills.over,
        "PRESELFPAY_AMT": bills.first,
        "INSCP_AMT": bills.in_scope,
        "ACT_PAY_DEDC": bills.deductible,
        "HIFP_PAY": bills.basic,
        "CVLSERV_PAY": zero,
        "HIFES_PAY": zero,
        "HIFMI_PAY": bills.catastrophic,
        "HIFOB_PAY": bills.large,
        "HIFDM_PAY": zero,
        "MAF_PAY": bills.aid,
        "OTHFUND_PAY": zero,
        "FUND_PAY_SUMAMT": fund,
        "PSN_PAY": own,
        "ACCT_PAY": bills.account,
        "CASH_PAYAMT": own - bills.account,
        "OWNPAY_HOSP_PART": zero,
        "ACCT_MULAID_PAY": zero,
    }
    return {name: money(each) for name, each in fen.items()}


def write_settlements(folder: Path, people: People, record: Record, special: pl.Series) -> list[tuple[Path, Array]]:
    """One ZIP a month; gives each file with the rows of the record that stand in it, in order."""
    month = (record.bills.settled // 86_400).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "SETL_D_列顺序.txt").write_bytes(("\n".join(COLUMNS) + "\n").encode())
    made = []
    with ThreadPoolExecutor(2) as pool:
        waiting: list[Future[None]] = []
        for each in np.unique(month).tolist():
            which = np.flatnonzero((month == each) & ~record.by_message)
            name = f"SETL_D_{1970 + each // 12:04d}{each % 12 + 1:02d}"
            if len(waiting) > 1:
                waiting.pop(0).result()
            text = BytesIO()
            rows_of(people, record, special, which).write_csv(
                text,
                separator="\t",
                include_header=False,
                null_value="null",
                quote_style="never",
                datetime_format="%Y-%m-%d %H:%M:%S",
            )
            waiting.append(pool.submit(_zip, folder / f"{name}.zip", f"{name}.txt", text))
            made.append((folder / f"{name}.zip", which))
        for left in waiting:
            left.result()
    return made


def _zip(path: Path, name: str, text: BytesIO) -> None:
    """One member, the same bytes whenever it is written."""
    with zipfile.ZipFile(path, "w") as archive:
        member = zipfile.ZipInfo(name, _STAMP)
        member.create_system = 3
        archive.writestr(member, text.getvalue(), zipfile.ZIP_DEFLATED, 1)
