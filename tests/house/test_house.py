#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The checks themselves: each objects to a bad sample and lets a good one pass."""

import pathlib
import subprocess
import tempfile
import unittest

import archive
import cpp_text
import rules

HEAD = '// SPDX-License-Identifier: MIT\n#pragma once\n'
LONG_BODY = '  step();\n' * 80


def complaints(check, path, text):
    return list(rules.CHECKS[check](path, text))


class Includes(unittest.TestCase):
    def refused(self, path, header):
        self.assertTrue(complaints('includes', path, f'#include "{header}"\n'), (path, header))
        self.assertTrue(complaints('includes', path, f'# include <{header}>\n'), (path, header))

    def allowed(self, path, header):
        self.assertFalse(complaints('includes', path, f'#include "{header}"\n'), (path, header))

    def test_public_headers_know_no_sources_ports_or_higher_layers(self):
        self.refused('include/minimq/qos.hpp', 'codec/reader.hpp')
        self.refused('include/minimq/qos.hpp', 'minimq/posix/event_loop.hpp')
        self.refused('include/minimq/qos.hpp', '../../ports/posix/loop.hpp')
        self.refused('include/minimq/qos.hpp', 'minimq/property.hpp')
        self.refused('include/minimq/message.hpp', 'minimq/engine.hpp')
        self.refused('include/minimq/engine.hpp', 'minimq/session.hpp')
        self.refused('include/minimq/engine.hpp', 'minimq/transport.hpp')
        self.refused('include/minimq/session.hpp', 'minimq/minimq.hpp')
        self.refused('include/minimq/minimq.hpp', 'minimq/task.hpp')
        self.refused('include/minimq/message.hpp', 'minimq/detail/tx_log.hpp')
        self.refused('include/minimq/detail/tx_log.hpp', 'minimq/engine.hpp')
        self.refused('include/minimq/new_folder/a.hpp', 'minimq/qos.hpp')
        self.allowed('include/minimq/engine.hpp', 'minimq/detail/tx_log.hpp')
        self.allowed('include/minimq/detail/tx_log.hpp', 'minimq/qos.hpp')
        self.allowed('include/minimq/session.hpp', 'minimq/engine.hpp')
        self.allowed('include/minimq/engine.hpp', 'minimq/message.hpp')
        self.allowed('include/minimq/message.hpp', 'minimq/qos.hpp')

    def test_sources_go_one_way(self):
        self.refused('src/codec/reader.hpp', 'engine/engine.hpp')
        self.refused('src/codec/reader.hpp', '../session/backoff.hpp')
        self.refused('src/codec/reader.hpp', 'minimq/session.hpp')
        self.refused('src/codec/reader.hpp', 'minimq/detail/tx_log.hpp')
        self.refused('src/engine/engine.cpp', 'session/backoff.hpp')
        self.refused('src/engine/engine.cpp', 'minimq/transport.hpp')
        self.refused('src/session/session.cpp', 'minimq/posix/event_loop.hpp')
        self.refused('src/session/session.cpp', 'support/manual_clock.hpp')
        self.allowed('src/session/session.cpp', 'engine/engine.hpp')
        self.allowed('src/engine/engine.cpp', 'codec/reader.hpp')

    def test_ports_programs_and_the_scripted_broker_keep_out_of_the_library(self):
        self.refused('ports/posix/loop.cpp', 'session/backoff.hpp')
        self.refused('ports/posix/loop.cpp', 'minimq/asio/loop.hpp')
        self.refused('ports/tls/host_name.cpp', 'minimq/mbedtls/tls_transport.hpp')
        self.refused('ports/posix/loop.cpp', 'minimq/detail/tx_log.hpp')
        self.refused('examples/device.cpp', 'codec/reader.hpp')
        self.refused('tests/support/scripted_broker.cpp', 'codec/reader.hpp')
        self.allowed('ports/posix/loop.cpp', 'minimq/posix/loop.hpp')
        self.allowed('ports/mbedtls/tls_transport.cpp', 'minimq/tls/host_name.hpp')
        self.allowed('ports/posix/loop.cpp', 'minimq/transport.hpp')
        self.allowed('tests/codec/reader_test.cpp', 'codec/reader.hpp')

    def test_the_judge_knows_nothing_of_the_library(self):
        judge = 'tests/support/judge/judge.cpp'
        self.refused(judge, 'minimq/qos.hpp')
        self.refused(judge, 'minimq/detail/tx_log.hpp')
        self.refused(judge, 'codec/reader.hpp')
        self.refused(judge, '../../../src/codec/reader.hpp')
        self.refused(judge, 'support/script.hpp')
        self.allowed(judge, 'support/judge/reader.hpp')
        self.allowed(judge, 'vector')
        self.allowed('tests/support/script.cpp', 'support/judge/judge.hpp')

    def test_the_model_broker_knows_nothing_of_the_library(self):
        model = 'tests/simulation/model/broker.cpp'
        self.refused(model, 'minimq/qos.hpp')
        self.refused(model, 'simulation/world.hpp')
        self.allowed(model, 'simulation/random.hpp')
        self.allowed(model, 'support/wire.hpp')

    def test_an_include_in_a_comment_is_none(self):
        self.assertFalse(complaints('includes', 'src/codec/a.hpp',
                                    '// #include "engine/a.hpp"\n/*\n#include "engine/a.hpp"\n*/'))


class Banned(unittest.TestCase):
    def refused(self, text):
        self.assertTrue(complaints('banned', 'src/codec/a.cpp', text), text)

    def allowed(self, text):
        self.assertFalse(complaints('banned', 'src/codec/a.cpp', text), text)

    def test_headers(self):
        for header in ('cassert', 'iostream', 'string', 'vector', 'functional', 'memory', 'map',
                       'stdexcept', 'thread', 'mutex'):
            self.refused(f'#include <{header}>\n')
        self.allowed('#include <string_view>\n#include <cstring>\n#include <new>\n')

    def test_words(self):
        for text in ('throw 1;', 'int* p = new int;', 'delete p;', 'malloc(3);', 'std::mutex m;',
                     'dynamic_cast<A*>(b)', 'typeid(a)', 'std::string s;', 'try { f(); }',
                     'a.at(3)', 'text.substr(1)', 'assert(a);', 'new (std::nothrow) int',
                     'thread_local int a;'):
            self.refused(text)

    def test_what_only_looks_like_it(self):
        for text in ('// throw new string\n', 'f("throw");', 'A(const A&) = delete;', 'renew();',
                     'void operator delete(void*);', '::new (place) A;', 'std::string_view s;',
                     'static_assert(true);', "char c = '\"'; int n = 1'000; f(\"throw\");",
                     'f(R"(throw)");'):
            self.allowed(text)

    def test_tests_may(self):
        self.assertFalse(complaints('banned', 'tests/codec/a.cpp', '#include <vector>\nthrow 1;'))

    def test_the_asio_port_may_and_no_other(self):
        text = '#include <vector>\nthrow 1;'
        self.assertFalse(complaints('banned', 'ports/asio/a.cpp', text))
        self.assertTrue(complaints('banned', 'ports/posix/a.cpp', text))


class Functions(unittest.TestCase):
    def lengths(self, text):
        return {function.name: function.length for function in cpp_text.functions(text)}

    def test_too_long_is_refused_wherever_it_stands(self):
        for text in (f'void f() {{\n{LONG_BODY}}}\n',
                     f'namespace a::b {{\nstruct A {{\n public:\n  int f() const {{\n{LONG_BODY}}}'
                     f'\n}};\n}}\n',
                     f'A::A(int b) : b_{{b}}, c_{{1}} {{\n{LONG_BODY}}}\n',
                     f'TEST(Suite, Name) {{\n{LONG_BODY}}}\n',
                     f'template <class T>\n  requires(sizeof(T) > 4)\nvoid f(T a) {{\n'
                     f'  if (a) {{\n{LONG_BODY}  }}\n}}\n'):
            self.assertEqual(len(complaints('functions', 'src/a.cpp', text)), 1, text)

    def test_a_long_class_or_table_of_short_things_is_no_function(self):
        members = '  int f() { return 1; }\n' * 90
        self.assertFalse(complaints('functions', 'src/a.cpp', f'class A {{\n{members}}};\n'))
        table = 'constexpr int t[] = {\n' + '  1,\n' * 90 + '};'
        self.assertFalse(complaints('functions', 'src/a.cpp', table))

    def test_length_runs_from_the_head_to_the_brace(self):
        self.assertEqual(
            self.lengths('// why\nint f(int a,\n      int b) {\n  // {\n  return "{"[a];\n}\n\n'
                         'bool A::operator==(const A& b) const {\n  return true;\n}\n'),
            {'f': 5, 'A::operator==': 3})


class Texts(unittest.TestCase):
    def test_long_lines(self):
        self.assertTrue(complaints('lines', 'a.cpp', 'x' * 101))
        self.assertFalse(complaints('lines', 'a.cpp', 'x' * 100))

    def test_heads(self):
        self.assertTrue(complaints('heads', 'a.hpp', '#pragma once\n'))
        self.assertTrue(complaints('heads', 'a.hpp', '// SPDX-License-Identifier: MIT\n'))
        self.assertFalse(complaints('heads', 'a.hpp', HEAD))
        self.assertFalse(complaints('heads', 'a.py', '#!x\n# SPDX-License-Identifier: MIT\n'))

    def test_leftovers(self):
        self.assertTrue(complaints('leftovers', 'src/a.cpp', '// TODO: more'))
        self.assertTrue(complaints('leftovers', 'tests/a.cpp', 'TEST(A, DISABLED_b) {}'))
        self.assertFalse(complaints('leftovers', 'src/a.cpp', '// nothing left'))


class Archive(unittest.TestCase):
    def complaints(self, code, compiler='g++', **options):
        with tempfile.TemporaryDirectory() as folder:
            source = pathlib.Path(folder, 'a.cpp')
            source.write_text(code, encoding='utf-8')
            subprocess.run([compiler, '-c', '-O1', '-fno-rtti', '-fPIC', 'a.cpp'], cwd=folder,
                           check=True)
            subprocess.run(['ar', 'rc', 'a.a', 'a.o'], cwd=folder, check=True)
            return '\n'.join(archive.complaints(f'{folder}/a.a', **options))

    def test_a_clean_archive(self):
        self.assertEqual('', self.complaints('const int t[] = {1}; int f(int a) { return t[a]; }'))

    def test_heap(self):
        self.assertIn('needs _Znwm', self.complaints('int* f() { return new int; }'))
        self.assertIn('needs _ZdlPv', self.complaints('void f(int* a) { delete a; }'))
        self.assertIn('needs malloc',
                      self.complaints('#include <cstdlib>\nvoid* f() { return malloc(1); }'))

    def test_exceptions_and_what_throws_inside(self):
        self.assertIn('needs __cxa_throw', self.complaints('void f() { throw 1; }'))
        self.assertIn('__throw_out_of_range', self.complaints(
            '#include <string_view>\nint f(std::string_view a) { return a.at(3); }'))

    def test_start_up_code_and_guards(self):
        code = 'int g(); extern const int a; const int a = g(); const int* f() { return &a; }'
        self.assertIn('start-up code', self.complaints(code, globals_max=9))
        self.assertIn('needs __cxa_guard',
                      self.complaints('int g(); int f() { static const int a = g(); return a; }'))

    def test_writable_memory_is_counted(self):
        code = 'int a; int b = 1; static int c; int* f() { return c ? &b : (c = 1, &a); }'
        self.assertEqual(3, self.complaints(code).count('is writable memory'))
        self.assertIn('writable', self.complaints(code, globals_max=2))
        self.assertEqual('', self.complaints(code, globals_max=3))

    def test_a_table_of_virtual_calls_is_no_writable_memory(self):
        code = 'struct A { virtual int f(); virtual int g() = 0; }; int A::f() { return 1; }'
        self.assertEqual('', self.complaints(code, compiler='clang++-19'))
        self.assertIn('writable', self.complaints(code + 'A* a;', compiler='clang++-19'))

    def test_only_what_bare_metal_has(self):
        code = 'void other(); void f() { other(); }'
        self.assertEqual('', self.complaints(code))
        self.assertIn('bare metal does not have', self.complaints(code, only_allowed=True))

    def test_an_empty_archive_proves_nothing(self):
        self.assertIn('nothing was checked', self.complaints('const int a = 1;'))


if __name__ == '__main__':
    unittest.main()
