# The commands of the Makefile, for those who have `just`.

default:
    @make help

install:
    make install

demo:
    make demo

test:
    make test

lint:
    make lint

format:
    make format

calibrate:
    make calibrate

validate:
    make validate

credibility:
    make credibility

weigh:
    make weigh

sensitivity:
    make sensitivity

schema:
    make schema

oracles:
    make oracles

lock:
    make lock

picture:
    make picture

clean:
    make clean
