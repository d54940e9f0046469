"""``tuodi platform …``: an installation of the platform, set up, filled with places and first accounts, run and stopped.

The platform is imported where a command needs it, so that an analyst's installation lacks nothing.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from tuodi.cli.common import Lang, language, say, texts
from tuodi.cli.help import Application
from tuodi.errors import UsageError

__all__ = ["app"]

app = Application(
    name="platform", help="安装和运行县级平台 / the platform of a bureau: set up, run, stop.", no_args_is_help=True
)


@app.command("setup")
def setup(
    name: Annotated[str, typer.Option("--name", help="本单位名称 / name of the installation")] = "",
    regions: Annotated[Path | None, typer.Option("--regions", help="区划表 CSV / regions as CSV")] = None,
    organisations: Annotated[
        Path | None, typer.Option("--organisations", help="机构表 CSV / organisations as CSV")
    ] = None,
    invented: Annotated[bool, typer.Option("--invented", help="区划是虚构的 / the regions are invented")] = False,
    lang: Lang = None,
) -> None:
    """建库、建表、写权限规则、生成密钥；可重复执行 / make database, tables, rules and keys; safe to run again."""
    from tuodi.platform import run

    _ = texts(language(lang))
    run.set_up(name)
    if regions is not None:
        from tuodi.platform.places.loading import load_regions, read_regions

        count = load_regions(read_regions(regions), invented=invented)
        say(_("区划 {count} 个").format(count=count))
    if organisations is not None:
        from tuodi.platform.places.loading import load_organisations, read_organisations

        say(_("机构 {count} 个").format(count=len(load_organisations(read_organisations(organisations)))))
    say(_("平台已就绪：{home}").format(home=os.environ.get("TUODI_HOME") or "out/platform"))


@app.command("database-sql")
def database_sql() -> None:
    """打印在自有 PostgreSQL 上要执行一次的语句 / the statements for a PostgreSQL of your own, to be run once by its administrator."""
    from tuodi.platform.ground.server import DATABASE, OWNER, PROGRAM, roles_sql

    for statement in roles_sql("…", "…"):
        say(f"{statement};")
    say(f"CREATE DATABASE {DATABASE} OWNER {OWNER} ENCODING 'UTF8' TEMPLATE template0;")
    say(f"REVOKE ALL ON DATABASE {DATABASE} FROM PUBLIC;")
    say(f"GRANT CONNECT, TEMPORARY ON DATABASE {DATABASE} TO {PROGRAM};")


@app.command("user")
def user(
    username: Annotated[str, typer.Argument(metavar="USERNAME", help="登录名 / name to sign in with")],
    role: Annotated[str, typer.Option("--role", help="岗位，如 system_admin / role")],
    organisation: Annotated[str, typer.Option("--organisation", help="机构名称 / organisation")],
    display_name: Annotated[str, typer.Option("--name", help="姓名 / name on the screen")] = "",
    lang: Lang = None,
) -> None:
    """建立最初的账号（密码从标准输入读） / make one of the first accounts; the password is read from standard input."""
    from tuodi.platform import run

    _ = texts(language(lang))
    run.ready()
    from tuodi.platform.accounts.founding import found_user
    from tuodi.platform.places.models import Organisation

    held = Organisation.objects.using("owner").filter(name=organisation).first()
    if held is None:
        raise UsageError(_("没有机构 {name}；先用 setup --organisations 载入").format(name=organisation))
    word = (
        typer.prompt(_("密码"), hide_input=True, confirmation_prompt=True)
        if sys.stdin.isatty()
        else sys.stdin.readline()
    )
    found_user(username, display_name or username, role, held, password=word.rstrip("\n"))
    say(_("账号 {name} 已建立，岗位 {role}").format(name=username, role=role))


@app.command("serve")
def serve(
    host: Annotated[str, typer.Option("--host", help="监听地址 / address")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="端口 / port")] = 8000,
    workers: Annotated[int, typer.Option("--workers", min=1, help="网页进程数 / processes of the web server")] = 2,
    lang: Lang = None,
) -> None:
    """运行网页和后台任务，直到按 Ctrl-C / run the web server and the background work until Ctrl-C."""
    from tuodi.platform import run
    from tuodi.platform.ground.home import Home

    _ = texts(language(lang))
    run.ready()
    home = Home.of_environment().folder
    found = run.running(home)
    if found:
        raise UsageError(_("已在运行：{address}").format(address=found["address"]))
    say(_("网址 {address}（按 Ctrl-C 结束）").format(address=f"http://{host}:{port}/"))
    run.Processes(home, host, port, workers).run()


@app.command("demo")
def demo(
    persons: Annotated[int, typer.Option("--persons", min=300, help="虚构的人数 / invented persons")] = 4000,
    seed: Annotated[int, typer.Option("--seed", help="种子 / seed")] = 20241122,
    host: Annotated[str, typer.Option("--host", help="监听地址 / address")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="端口 / port")] = 8000,
    serve_it: Annotated[
        bool, typer.Option("--serve/--no-serve", help="在后台运行网页 / run the pages in the background")
    ] = True,
    lang: Lang = None,
) -> None:
    """虚构一个县，导入各部门的文件，核对，并打开平台 / invent a county, take its files in, audit it, open the platform."""
    from tuodi.cli.progress import working
    from tuodi.platform import run

    _ = texts(language(lang))
    run.ready()
    from tuodi.platform.demo import PASSWORD, demonstrate
    from tuodi.platform.ground.home import Home

    home = Home.of_environment().folder
    with working(_("正在准备演示县")) as told:
        logins = demonstrate(
            home, persons, seed, lambda step: told(f"{step.done}/{step.total} {step.what} {step.state}")
        )
    if serve_it:
        address = _serve_behind(home, host, port)
        say(_("平台：{address}（用 tuodi platform stop 停止）").format(address=address))
    say(_("每个岗位一个账号，密码都是 {word}：").format(word=PASSWORD))
    for login in logins:
        say(f"  {login.username:<10}{login.role} · {login.office} · {login.name}")
    say(_("全部人员、机构和金额均为虚构。"))


def _serve_behind(home: Path, host: str, port: int) -> str:
    """Start the pages and the background work as a process of its own, or find the one that runs."""
    import subprocess

    from tuodi.platform import run

    found = run.running(home)
    if found is None:
        with (home / "serve.log").open("ab") as log:
            child = subprocess.Popen(
                [sys.executable, "-m", "tuodi.cli", "platform", "serve", "--host", host, "--port", str(port)],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                env={**os.environ, "TUODI_HOME": str(home)},
            )  # fmt: skip
        end = time.monotonic() + 60
        while not run.answers(host, port):
            if child.poll() is not None or time.monotonic() > end:
                raise UsageError((home / "serve.log").read_text("utf-8")[-800:])
            time.sleep(0.2)
        found = run.running(home)
    return str(found["address"]) if found else f"http://{host}:{port}/"


@app.command("stop")
def stop(lang: Lang = None) -> None:
    """停下网页、后台任务和自带的数据库 / stop the web server, the background work and the database of its own."""
    from tuodi.platform import run
    from tuodi.platform.ground.home import Home

    _ = texts(language(lang))
    home = Home.of_environment()
    found = run.running(home.folder)
    if found:
        os.kill(int(found["pid"]), signal.SIGTERM)
        end = time.monotonic() + 30
        while run.running(home.folder) and time.monotonic() < end:
            time.sleep(0.2)
    if run.own_database():
        home.cluster.stop()
    say(_("已停止"))


@app.command("status")
def status(lang: Lang = None) -> None:
    """是否在运行、数据库是否应答、是哪个网络区域 / whether it runs, whether the database answers, which zone it is."""
    from tuodi.platform import run
    from tuodi.platform.ground.home import Home, zone

    _ = texts(language(lang))
    home = Home.of_environment()
    found = run.running(home.folder)
    say(_("网页：{state}").format(state=found["address"] if found else _("未运行")))
    if run.own_database():
        say(_("数据库：{state}").format(state=_("应答") if home.cluster.running() else _("未运行")))
    say(_("网络区域：{zone}").format(zone=zone()))


@app.command("manage", context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def manage(context: typer.Context) -> None:
    """Django 的命令，如 check、showmigrations / Django's own commands."""
    from tuodi.platform import run

    run.ready()
    from django.core.management import execute_from_command_line

    execute_from_command_line(["tuodi platform manage", *context.args])
