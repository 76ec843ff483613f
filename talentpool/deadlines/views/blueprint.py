from flask import Blueprint

blueprint = Blueprint("deadlines", __name__)
