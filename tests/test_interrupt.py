"""Ctrl-C at a time of our choosing."""

import signal
import threading

import pytest

from shuzi.interrupt import unheard, uninterrupted


def test_ctrl_c_waits_until_the_block_is_over():
    done = []
    with pytest.raises(KeyboardInterrupt), uninterrupted():
        signal.raise_signal(signal.SIGINT)
        done.append(True)
    assert done


def test_a_second_ctrl_c_does_not_wait():
    with pytest.raises(KeyboardInterrupt), uninterrupted():
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        pytest.fail("it waited")


def test_ctrl_c_afterwards_is_as_before():
    with uninterrupted():
        pass
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_ctrl_c_is_heard_when_the_block_is_over():
    done = []
    with pytest.raises(KeyboardInterrupt), unheard():
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
        done.append(True)
    assert done
    assert not signal.pthread_sigmask(signal.SIG_BLOCK, [])
