"""Everything that can be wrong, as a code with its Chinese sentence; English stands in ``exchange.po``.

Enters: a reason code, what was found, what would be right. Leaves: the sentence in Chinese or English, and
``FileError`` objects that carry both. Imports ``tuodi.errors`` and ``tuodi.i18n``.
"""

from __future__ import annotations

from collections.abc import Mapping

from tuodi.errors import FileError
from tuodi.i18n import translator

__all__ = ["FILE_REASONS", "REASONS", "describe_error", "file_error", "sentence"]

REASONS: Mapping[str, str] = {
    # the shape of a row
    "row_short": "本行只有 {found} 个单元格，表头有 {expected} 个：文件可能被截断",
    "row_long": "本行有 {found} 个单元格，表头只有 {expected} 个：单元格内可能有未加引号的分隔符",
    "quote_open": "引号没有闭合",
    "json_line": "不是完整的 JSON 记录：文件可能被截断",
    "reply_failed": "交易失败的回执，没有结算信息",
    "record_empty": "回执中没有所需的节点 {expected}",
    # a cell
    "formula": "单元格是公式而不是数值，请改为数值（当前显示 {expected}）",
    "excel_error": "单元格是错误值，请改为正确的值",
    "required_empty": "必填项为空",
    "not_amount": "不是金额（元，最多两位小数）",
    "amount_decimals": "金额超过两位小数",
    "amount_large": "金额过大：元的整数部分超过 11 位",
    "not_whole": "不是整数",
    "not_flag": "应填 是 或 否",
    "date_unreadable": "不是可识别的日期，应写成 2024-03-05",
    "date_impossible": "日期不存在",
    "date_ambiguous": "日期的年份不是四位数，无法判断",
    "month_unreadable": "不是可识别的月份，应写成 2024-03",
    "digits_lost": "长编号被存成数字，末尾数字已丢失，请按文本格式重新导出",
    "not_phone": "不是电话号码",
    "not_account": "不是银行账号（8 至 32 位数字）",
    "not_region": "不是行政区划代码（6、9 或 12 位数字）",
    "disability_length": "残疾人证号应为 20 位",
    "disability_digits": "残疾人证号第 19 位应为残疾类别 1 至 7，第 20 位应为等级 1 至 4",
    "certificate_length": "证件号码应为 18 位（或旧 15 位）",
    "certificate_birth": "证件号码中的出生日期不存在",
    "certificate_check": "证件号码校验位错误，末位应为 {expected}",
    "code_unknown": "编码或名称不在对照表中（最接近：{expected}）",
    "code_unknown_plain": "编码或名称不在对照表中",
    "code_ambiguous": "此编码各地含义不同，请先指定对照表",
    "two_headers": "同一项目有两列且内容不同（{expected}）",
    # a bill
    "parts_total": "目录外、超限价、先行自付、政策范围内四项之和为 {found}，不等于医疗费总额 {expected}",
    "payers_fund": "各基金支出之和为 {found}，不等于基金支付总额 {expected}",
    "payers_fund_open": "已知各基金支出之和为 {found}，少于基金支付总额 {expected}，有未提供的支出项",
    "shares_total": "基金、个人与医院负担之和为 {found}，不等于医疗费总额 {expected}",
    "shares_total_open": "基金与个人负担之和为 {found}，少于医疗费总额 {expected}，未提供医院负担金额",
    "own_split": "个人账户与现金之和为 {found}，不等于个人负担总金额 {expected}",
    "detail_fund": "setldetail 各基金之和为 {found}，不等于基金支付总额 {expected}",
    "tilt_inside": "倾斜救助似已含在其他支出项内（不计它时各项之和 {found} 等于基金支付总额）",
    "deductible_range": "实际支付起付线不在 0 与政策范围内金额 {expected} 之间",
    "negative_amount": "负金额只能出现在冲正记录中",
    "reversal_positive": "冲正记录的总额不是负数",
    "reversal_of_nothing": "冲正的原结算 {expected} 不在本文件中",
    "reversal_other_person": "冲正记录与原结算不是同一人",
    "reversal_unequal": "冲正金额不等于原结算的相反数：应为 {expected}（部分冲正须整笔更正）",
    "reversal_repeated": "同一结算被冲正多次",
    "reversal_chain": "被冲正的记录本身也是冲正记录",
    "reversal_pair": "与之成对的结算或冲正记录 {expected} 待更正",
    "reversal_inferred": "冲正记录未写原结算ID，按同一人同一就诊且金额相反对应到 {expected}",
    "refund_unmatched": "标记为已退费，但文件中没有它的冲正记录",
    "duplicate_id": "结算ID重复而内容不同（共 {expected} 行）",
    "key_repeated": "与第 {expected} 行是同一对象而内容不同，两行都保留，请核对",
    "duplicate_dropped": "与第 {expected} 行完全相同，只保留一行",
    "admitted_after_discharged": "入院日期晚于出院日期 {expected}",
    "discharged_before_birth": "出院日期早于出生日期 {expected}",
    "settled_before_birth": "结算时间早于出生日期 {expected}",
    "settled_before_discharged": "结算时间早于出院日期 {expected}",
    "in_future": "日期晚于数据日期 {expected}",
    # an identity, a link between two files
    "from_after_to": "开始日期晚于结束日期 {expected}",
    "interval_overlap": "与同一来源的另一段身份期间重叠（{expected}）",
    "certificate_two_persons": "同一证件号码对应多个人员编号（{expected}）",
    "person_two_certificates": "同一人员编号对应多个证件号码（{expected}）",
    "person_id_differs": "两份文件中同一证件号码的人员编号不同（{expected}）",
    "name_differs": "两份文件中同一证件号码的姓名不同（{expected}）",
    # what contradicts itself within a list
    "birth_differs": "出生日期与证件号码不一致，号码中为 {expected}",
    "sex_differs": "性别与证件号码不一致，号码中为 {expected}",
    "name_two": "同一证件号码有不同姓名（另有：{expected}）",
    "number_two": "同一人员编号 {expected} 有不同证件号码",
    "head_two": "同一户编号有不同户主（另有：{expected}）",
    "days_reversed": "日期早于 {expected}",
    "disability_person": "残疾人证号与证件号码 {expected} 不是同一人",
    "disability_differs": "与残疾人证号不一致，证号中为 {expected}",
    "premium_parts": "资助与个人缴费之和为 {expected}，不等于缴费总额",
    "cleared_differs": "风险未消除却有消除时间",
    # the file as a whole
    "no_rows": "文件只有表头，没有数据行",
    "unit_wan": "金额单位为万元，可能已四舍五入",
    "second_header": "与 {expected} 是同一项目，未采用",
    "values_kept": "不在对照表中，按原文保留：{expected}",
    "values_unverified": "按通用编码表识别，含义未经文件核实，请核对：{expected}",
    "from_of_title": "没有开始日期列，按标题的期间取 {expected}",
    "tilt_of_detail": "从 setldetail 610102 拆出倾斜救助 {expected}",
    "identity_text_kept": "救助身份不在对照表中，按原文保留（最接近：{expected}）",
}  # fmt: skip
"""Reasons of rows (quarantined or warned) and of warnings on a whole file (row 0)."""

FILE_REASONS: Mapping[str, str] = {
    "missing": "文件不存在或无法打开",
    "empty": "文件是空的",
    "not_a_table": "不是表格文件（看起来是 {found}），应为 CSV、XLSX、XLS、Parquet、JSON，或只含其中一个的 ZIP",
    "html": "内容是网页而不是工作簿，请用表格软件打开后另存为 XLSX",
    "no_header": "前 10 行中没有找到表头，应含有：{expected}",
    "headers_double": "表头 {found} 都对应 {expected}，内容又不同，请只保留一列",
    "columns_missing": "缺少必需的列：{expected}{found}；列名不同的，写 --read column:文件里的列名=括号中的名称",
    "columns_option": "指定的列 {found} 不存在，可选：{expected}",
    "encoding_mixed": "编码混杂：第 {row} 行（第 {byte} 字节起）与其余各行的编码不同，应统一为 UTF-8 或 GB18030",
    "encoding_unknown": "既不是 UTF-8 也不是 GB18030：第 {row} 行第 {byte} 字节为 {found}",
    "encoding_nul": "第 {row} 行第 {byte} 字节是空字节，文件已损坏或不是文本",
    "workbook_broken": "工作簿已损坏或被截断：{found}",
    "workbook_password": "工作簿有密码，请先去掉密码",
    "sheet_missing": "没有名为 {found} 的工作表，文件中有：{expected}",
    "sheets_several": "有多个工作表都像是所需的表：{found}，请指定其中一个",
    "parquet_broken": "Parquet 文件已损坏或被截断：{found}",
    "money_float": "列 {found} 的金额是浮点数，应为 decimal(18,2)",
    "money_integer": "列 {found} 的金额是整数，单位不明，应为 decimal(18,2)（元）",
    "column_type": "列 {found} 的类型不能用作 {expected}",
    "json_broken": "不是完整的 JSON：第 {row} 行第 {byte} 字符处 {found}",
    "json_no_records": "JSON 中没有所需的记录，应为 {expected}",
    "zip_broken": "压缩包已损坏或被截断：{found}",
    "zip_members": "压缩包应只含一个表格文件，现有：{found}",
    "zip_large": "压缩包解开后过大：{found}",
}  # fmt: skip
"""Reasons for which nothing of a file is used."""


def sentence(code: str, lang: str = "zh", **words: object) -> str:
    """The sentence of one reason in ``zh`` or ``en``; ``words`` fill its places."""
    template = REASONS.get(code) or FILE_REASONS[code]
    return translator("exchange", lang)(template).format_map({"found": "", "expected": "", **words})


def file_error(code: str, file: str, **words: object) -> FileError:
    """A ``FileError`` whose text is English; :func:`describe_error` gives it in Chinese too."""
    error = FileError(f"{file}: {sentence(code, 'en', **words)}")
    error.reason = code  # type: ignore[attr-defined]
    error.texts = {lang: f"{file}: {sentence(code, lang, **words)}" for lang in ("zh", "en")}  # type: ignore[attr-defined]
    return error


def describe_error(error: FileError, lang: str = "zh") -> str:
    """The text of an error raised by this room in ``zh`` or ``en``."""
    texts: Mapping[str, str] = getattr(error, "texts", {})
    return texts.get(lang, str(error))
